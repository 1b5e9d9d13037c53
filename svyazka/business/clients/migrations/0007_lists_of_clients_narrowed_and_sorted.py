from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.models.functions import Collate, Lower, Replace


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0006_what_else_leads_to_a_client"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="client",
            index=GinIndex(fields=["facts"], name="client_facts", opclasses=["jsonb_path_ops"]),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                Collate(Replace(Lower("name"), models.Value("ё"), models.Value("е")), "C"),
                models.F("id"),
                name="client_by_name",
            ),
        ),
    ]
