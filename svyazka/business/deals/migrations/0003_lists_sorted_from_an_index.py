"""The list sorted by stage, next step or amount went through all deals: each order has an index."""

from decimal import Decimal

from django.db import migrations, models
from django.db.models import F, Value
from django.db.models.functions import Cast, Coalesce

STEP = Coalesce("next_step_at", Cast(Value("infinity"), models.DateTimeField()))


class Migration(migrations.Migration):
    dependencies = [("deals", "0002_columns_are_summed_from_the_index")]

    operations = [
        migrations.AddIndex("deal", models.Index(fields=["stage_since", "id"], name="deal_moved")),
        migrations.AddIndex("deal", models.Index(STEP, F("id"), name="deal_step")),
        migrations.AddIndex("deal", models.Index(Coalesce("amount", Value(Decimal(-1))), F("id"), name="deal_amount")),
    ]
