from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_values_can_be_erased")]

    operations = [
        migrations.AddField("entry", "run_id", models.BigIntegerField(null=True)),
        migrations.AddField("entry", "is_brought", models.BooleanField(db_default=False, default=False)),
    ]
