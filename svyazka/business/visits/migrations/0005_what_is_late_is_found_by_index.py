from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0004_what_is_late_is_found_by_index"),
        ("deals", "0005_what_is_late_is_found_by_index"),
        ("visits", "0004_confirmed_and_fields"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="visit",
            index=models.Index(
                condition=models.Q(("status__in", ["planned", "on_way", "started"])),
                fields=["ends_at"],
                name="visit_without_result",
            ),
        ),
    ]
