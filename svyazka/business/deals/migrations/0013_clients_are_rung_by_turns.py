import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("clients", "0006_what_else_leads_to_a_client"),
        ("deals", "0012_facts_are_sorted_from_an_index"),
    ]

    operations = [
        migrations.AlterField(
            "task",
            "outcome",
            models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("reached", "reached"),
                    ("not_reached", "not reached"),
                    ("wrong_number", "wrong number"),
                ],
                db_default="",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["person", "due_at"],
                condition=Q(kind="call", done_at=None, deal__isnull=False),
                name="task_to_ring",
            ),
        ),
        migrations.AddIndex(
            "task",
            models.Index(
                fields=["done_by", "-done_at"], condition=Q(kind="call", done_at__isnull=False), name="task_rung"
            ),
        ),
        migrations.CreateModel(
            "CallingHold",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("until", models.DateTimeField()),
                (
                    "client",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="clients.client"
                    ),
                ),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "task",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="deals.task",
                    ),
                ),
            ],
        ),
    ]
