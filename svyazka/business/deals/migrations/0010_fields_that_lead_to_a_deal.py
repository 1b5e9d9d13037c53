from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0009_questions_are_listed_and_counted"),
    ]

    operations = [
        migrations.AddField(
            model_name="field",
            name="is_indexed",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="field",
            name="indexed_to",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
