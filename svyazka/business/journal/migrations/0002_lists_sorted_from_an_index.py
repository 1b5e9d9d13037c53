"""The journal of one person, or of one kind of things, was looked for in all of it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_journal_and_live_events")]

    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(fields=["by_id", "-at", "-id"], condition=models.Q(by_id__isnull=False), name="entry_person"),
        ),
        migrations.AddIndex("entry", models.Index(fields=["kind", "-at", "-id"], name="entry_kind")),
    ]
