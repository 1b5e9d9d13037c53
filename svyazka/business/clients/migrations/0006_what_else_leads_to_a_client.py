from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0005_who_a_deal_was_given_to"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="found_by",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
