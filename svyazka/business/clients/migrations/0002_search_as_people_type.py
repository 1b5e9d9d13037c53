"""Newest first, and by the first or last digits: what is typed most often no longer costs more in a larger base."""

from django.contrib.postgres.indexes import OpClass
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    dependencies = [("clients", "0001_clients_and_history")]

    operations = [
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(
                OpClass(F("value"), name="varchar_pattern_ops"), condition=Q(kind="phone"), name="contact_phone_start"
            ),
        ),
        migrations.AddIndex(
            model_name="contactpoint",
            index=models.Index(
                OpClass(Reverse("value"), name="text_pattern_ops"), condition=Q(kind="phone"), name="contact_phone_end"
            ),
        ),
        migrations.AddIndex(
            model_name="searchposting",
            index=models.Index(
                F("kind"),
                OpClass(F("word"), name="varchar_pattern_ops"),
                F("object_id").desc(),
                name="search_posting_word",
            ),
        ),
        migrations.RemoveConstraint(model_name="searchposting", name="search_posting_once"),
        migrations.AddConstraint(
            model_name="searchposting",
            constraint=models.UniqueConstraint(
                fields=["kind", "object_id", "word"],
                opclasses=["varchar_ops", "int8_ops", "varchar_pattern_ops"],
                name="search_posting_once",
            ),
        ),
        migrations.RemoveIndex(model_name="searchposting", name="search_posting_object"),
    ]
