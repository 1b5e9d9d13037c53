"""All that was done with one client's data was looked for in the whole journal."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_lists_sorted_from_an_index")]

    operations = [
        migrations.AddIndex(
            "entry",
            models.Index(
                fields=["client_id", "-at", "-id"],
                condition=models.Q(client_id__isnull=False),
                name="entry_client",
            ),
        ),
    ]
