import django.contrib.postgres.fields
from django.db import migrations, models

from svyazka.kit.partitions import CreatePartitionedModel


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        CreatePartitionedModel(
            cut_by="at",
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("actor", models.CharField(blank=True, max_length=80)),
                ("verb", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=30)),
                ("object_id", models.BigIntegerField()),
                ("client_id", models.BigIntegerField(null=True)),
                ("deal_id", models.BigIntegerField(null=True)),
                ("changes", models.JSONField(default=dict)),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["deal_id", "-at"], name="entry_deal"),
                    models.Index(fields=["kind", "object_id", "-at"], name="entry_object"),
                    models.Index(fields=["-at", "-id"], name="entry_recent"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LiveEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("topic", models.CharField(max_length=40)),
                ("object_id", models.BigIntegerField()),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), null=True, size=None
                    ),
                ),
                ("data", models.JSONField(default=dict)),
            ],
            options={
                "indexes": [models.Index(fields=["at"], name="live_event_at")],
            },
        ),
        # Append-only, whoever asks.
        migrations.RunSQL(
            """
            create function journal_entry_is_final() returns trigger language plpgsql as
            $$ begin raise exception 'journal rows are not changed'; end $$;
            create trigger journal_entry_is_final before update on journal_entry
                for each row execute function journal_entry_is_final();
            """,
            "drop function journal_entry_is_final cascade",
        ),
    ]
