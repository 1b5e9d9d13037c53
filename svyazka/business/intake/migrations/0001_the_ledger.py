from django.db import migrations, models

from svyazka.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreatePartitionedModel(
            cut_by="received_at",
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("received_at", models.DateTimeField()),
                ("account", models.CharField(max_length=60)),
                ("connector", models.CharField(max_length=20)),
                ("outside_id", models.CharField(max_length=200)),
                ("conversation", models.CharField(max_length=200)),
                ("headers", models.JSONField(default=dict)),
                ("body", models.BinaryField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "waiting"),
                            ("again", "to be tried again"),
                            ("done", "worked off"),
                            ("ignored", "ignored"),
                            ("stuck", "not understood"),
                        ],
                        default="new",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("next_try_at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("made", models.JSONField(default=dict)),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ["new", "again"])),
                        fields=["conversation", "id"],
                        name="arrival_pending",
                    ),
                    models.Index(condition=models.Q(("state", "stuck")), fields=["-received_at"], name="arrival_stuck"),
                    models.Index(fields=["-received_at", "-id"], name="arrival_recent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ArrivalKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account", "outside_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("account", models.CharField(max_length=60)),
                ("outside_id", models.CharField(max_length=200)),
                ("received_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["received_at"], name="arrival_key_age")],
            },
        ),
    ]
