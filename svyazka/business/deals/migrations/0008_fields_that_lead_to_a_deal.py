from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0007_tasks_that_come_again"),
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
