import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from svyazka.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0060_recordings_of_calls"),
        ("staff", "0005_on_which_pbx_a_phone_is"),
    ]

    operations = [
        migrations.CreateModel(
            name="BreakReason",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("words", models.JSONField(default=dict)),
                ("minutes", models.PositiveSmallIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="CountedCall",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("hour", models.DateTimeField()),
                ("queue", models.CharField(blank=True, max_length=60)),
                ("is_answered", models.BooleanField()),
                ("waited", models.PositiveSmallIntegerField()),
                ("talk_seconds", models.PositiveIntegerField()),
                ("sign", models.SmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="CallQueue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("answer_within", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.department",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FloorRules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("answer_within", models.PositiveSmallIntegerField(default=7)),
                ("answer_share", models.PositiveSmallIntegerField(default=90)),
                ("short_within", models.PositiveSmallIntegerField(default=5)),
                ("after_call_seconds", models.PositiveSmallIntegerField(default=0)),
                ("ring_back_minutes", models.PositiveSmallIntegerField(default=15)),
                (
                    "ring_back_department",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="staff.department",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="HourCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("hour", models.DateTimeField()),
                ("queue", models.CharField(blank=True, max_length=60)),
                (
                    "answered",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "given_up",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                ("talk_seconds", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("hour", "queue"), name="hour_count_once")],
            },
        ),
        migrations.CreateModel(
            name="PersonState",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="floor_state",
                        serialize=False,
                        to="staff.person",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ready", "ready"),
                            ("break", "on a break"),
                            ("after_call", "after-call work"),
                            ("away", "away"),
                        ],
                        max_length=10,
                    ),
                ),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("command_id", models.BigIntegerField(null=True)),
                (
                    "reason",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="calls.breakreason",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            cut_by="began_at",
            name="StateSpan",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField()),
                ("person_id", models.BigIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("ready", "ready"),
                            ("break", "on a break"),
                            ("after_call", "after-call work"),
                            ("away", "away"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id", "began_at"], name="state_span_person")],
            },
        ),
    ]
