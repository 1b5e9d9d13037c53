from django.db import migrations, models


class Migration(migrations.Migration):
    """Read in the order of the index, its dead entries are remembered as such and passed over; a bitmap of it is made
    of all that have died since the last vacuum."""

    dependencies = [("intake", "0002_what_somebody_waits_for")]

    operations = [
        migrations.RemoveIndex(model_name="arrival", name="arrival_awaited"),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["new", "again"]), models.Q(("headers__has_key", "can_wait"), _negated=True)
                ),
                fields=["id"],
                name="arrival_awaited",
            ),
        ),
    ]
