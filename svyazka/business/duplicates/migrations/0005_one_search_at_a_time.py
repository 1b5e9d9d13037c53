from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0009_two_clients_become_one"),
        ("deals", "0014_missed_calls_are_returned"),
        ("duplicates", "0004_two_clients_become_one"),
        ("staff", "0007_an_extension_may_be_on_two_pbxs"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="suspicion",
            name="suspicion_open",
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(
                models.OrderBy(models.F("probability"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("state", "open")),
                name="suspicion_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="search",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "searching")), fields=("state",), name="one_search_at_once"
            ),
        ),
    ]
