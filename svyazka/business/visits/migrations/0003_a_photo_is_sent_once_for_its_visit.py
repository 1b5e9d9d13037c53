"""The same number of a request on two visits was a 500: it is unique for its visit only."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("visits", "0002_a_status_can_be_taken_back")]

    operations = [
        migrations.AlterField("visitphoto", "request_id", models.UUIDField()),
        migrations.AddConstraint(
            "visitphoto", models.UniqueConstraint(fields=["visit", "request_id"], name="photo_once")
        ),
    ]
