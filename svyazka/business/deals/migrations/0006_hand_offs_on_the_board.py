"""What waits for acceptance or was returned stands on the board without a look at the hand-offs; what is set aside does
not stand there; what went along is remembered, so that later changes can be told from it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("deals", "0005_what_is_late_is_found_by_index")]

    operations = [
        migrations.AddField("deal", "accept_due_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("deal", "returned_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("handoff", "ended_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "handoff",
            "returned_from",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="deals.stage",
            ),
        ),
        migrations.AddField(
            "handoff",
            "carried",
            models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddIndex(
            "deal",
            models.Index(
                "stage",
                F("stage_since").desc(),
                F("id").desc(),
                include=["amount", "closed_at"],
                name="deal_column_open",
            ),
        ),
        migrations.RemoveIndex("deal", "deal_column_sum"),
        migrations.AddIndex(
            "deal",
            models.Index(fields=["accept_due_at"], condition=Q(accept_due_at__isnull=False), name="deal_to_accept"),
        ),
    ]
