import django.db.models.deletion
from django.db import migrations, models

from svyazka.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_clients_and_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pbx",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("driver", models.CharField(max_length=20)),
                ("host", models.CharField(max_length=200)),
                ("port", models.PositiveIntegerField()),
                ("login", models.CharField(blank=True, max_length=60)),
                ("secret", models.TextField(blank=True)),
                ("is_active", models.BooleanField(default=True)),
                ("connected_at", models.DateTimeField(blank=True, null=True)),
                ("lost_at", models.DateTimeField(blank=True, null=True)),
                ("trouble", models.CharField(blank=True, max_length=200)),
            ],
        ),
        CreatePartitionedModel(
            cut_by="started_at",
            name="Call",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("pbx_code", models.CharField(max_length=60)),
                ("key", models.CharField(max_length=120)),
                ("direction", models.CharField(default="in", max_length=3)),
                ("client_number", models.CharField(blank=True, max_length=40)),
                ("our_number", models.CharField(blank=True, max_length=40)),
                ("client_id", models.BigIntegerField(null=True)),
                ("deal_id", models.BigIntegerField(null=True)),
                ("interaction_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("ringing", "ringing"), ("talking", "talking"), ("ended", "ended")],
                        default="ringing",
                        max_length=10,
                    ),
                ),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("", ""), ("answered", "answered"), ("missed", "missed"), ("busy", "busy")],
                        max_length=10,
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("answered_by_id", models.BigIntegerField(null=True)),
                ("waiting_seconds", models.PositiveIntegerField(default=0)),
                ("talk_seconds", models.PositiveIntegerField(default=0)),
                ("recording", models.CharField(blank=True, max_length=300)),
                ("queue", models.CharField(blank=True, max_length=60)),
                ("legs", models.JSONField(default=list)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["pbx_code", "key"], name="call_key"),
                    models.Index(fields=["client_id", "-started_at"], name="call_client"),
                    models.Index(fields=["-started_at", "-id"], name="call_recent"),
                    models.Index(
                        condition=models.Q(("state", "ended"), _negated=True),
                        fields=["started_at"],
                        name="call_going_on",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PhoneLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=120)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="clients.source",
                    ),
                ),
            ],
        ),
    ]
