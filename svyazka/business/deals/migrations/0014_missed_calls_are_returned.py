import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_lists_of_clients_narrowed_and_sorted"),
        ("deals", "0013_clients_are_rung_by_turns"),
    ]

    operations = [
        migrations.CreateModel(
            name="FirstContact",
            fields=[
                (
                    "deal",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="first_contact",
                        serialize=False,
                        to="deals.deal",
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("reached_at", models.DateTimeField()),
                ("person_id", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["asked_at"], name="first_contact_asked")],
            },
        ),
        migrations.CreateModel(
            name="RingBack",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_missed_at", models.DateTimeField()),
                ("last_missed_at", models.DateTimeField()),
                ("times", models.PositiveIntegerField(default=1)),
                ("reached_at", models.DateTimeField(blank=True, null=True)),
                ("done_at", models.DateTimeField(blank=True, null=True)),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ring_backs", to="clients.client"
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ring_back", to="deals.task"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MissedCall",
            fields=[
                ("call_id", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "ring_back",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="calls", to="deals.ringback"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="ringback",
            index=models.Index(fields=["first_missed_at"], name="ring_back_missed"),
        ),
        migrations.AddConstraint(
            model_name="ringback",
            constraint=models.UniqueConstraint(
                condition=models.Q(("done_at", None)), fields=("client",), name="rung_back_once"
            ),
        ),
    ]
