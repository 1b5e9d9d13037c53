import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from svyazka.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Source",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.SlugField(max_length=60, unique=True)),
                ("words", models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("person", "Person"), ("company", "Company")],
                        default="person",
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=200)),
                ("address", models.CharField(blank=True, max_length=300)),
                ("note", models.TextField(blank=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="clients.client",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("phone", "Phone"),
                            ("email", "E-mail"),
                            ("telegram", "Telegram"),
                            ("whatsapp", "WhatsApp"),
                            ("max", "MAX"),
                        ],
                        max_length=20,
                    ),
                ),
                ("account", models.CharField(blank=True, max_length=60)),
                ("value", models.CharField(max_length=200)),
                ("shown", models.CharField(blank=True, max_length=200)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contact_points",
                        to="clients.client",
                    ),
                ),
            ],
        ),
        CreatePartitionedModel(
            cut_by="at",
            name="Interaction",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("client_id", models.BigIntegerField()),
                ("deal_id", models.BigIntegerField(null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("call", "Call"),
                            ("message", "Message"),
                            ("form", "Form"),
                            ("visit", "Visit"),
                            ("stage", "Stage"),
                            ("note", "Note"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        blank=True,
                        choices=[("in", "incoming"), ("out", "outgoing"), ("", "internal")],
                        max_length=3,
                    ),
                ),
                ("channel", models.CharField(blank=True, max_length=60)),
                ("by_id", models.BigIntegerField(null=True)),
                ("text", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
                ("arrival_id", models.BigIntegerField(null=True)),
                ("waiting", models.BooleanField(default=False)),
                ("taken_by_id", models.BigIntegerField(null=True)),
                ("taken_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["client_id", "-at", "-id"], name="interaction_client"),
                    models.Index(fields=["deal_id", "-at", "-id"], name="interaction_deal"),
                    models.Index(
                        models.OrderBy(models.F("at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        condition=models.Q(("waiting", True)),
                        name="interaction_waiting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchPosting",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=10)),
                ("object_id", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["kind", "object_id"], name="search_posting_object")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("word", "kind", "object_id"),
                        name="search_posting_once",
                        opclasses=["varchar_pattern_ops", "varchar_ops", "int8_ops"],
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("word", models.CharField(max_length=60, primary_key=True, serialize=False)),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="search_word_part", opclasses=["gin_trgm_ops"]
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(fields=["-created_at", "-id"], name="client_recent"),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(fields=["value", "kind", "account"], name="contact_point_key"),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("kind", "phone")),
                fields=["value"],
                name="contact_phone_part",
                opclasses=["gin_trgm_ops"],
            ),
        ),
        migrations.AddConstraint(
            model_name="contactpoint",
            constraint=models.UniqueConstraint(
                fields=("client", "kind", "account", "value"), name="contact_point_once"
            ),
        ),
    ]
