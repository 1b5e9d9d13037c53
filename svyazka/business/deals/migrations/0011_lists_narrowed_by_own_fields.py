from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0010_fields_that_lead_to_a_deal"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=GinIndex(fields=["facts"], name="deal_facts", opclasses=["jsonb_path_ops"]),
        ),
    ]
