"""A board asked for 11,000 rows to say the sums of its columns; the index alone can say them, in a quarter of the time."""

from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_pipelines_and_deals")]

    operations = [
        migrations.AddIndex(
            "deal",
            models.Index("stage", F("stage_since").desc(), F("id").desc(), include=["amount"], name="deal_column_sum"),
        ),
        migrations.RemoveIndex("deal", "deal_column"),
    ]
