from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("site_work", "0001_prices_extra_work_and_payments"),
    ]

    operations = [
        migrations.AddField(
            model_name="extrawork",
            name="consent_strokes",
            field=models.JSONField(null=True),
        ),
    ]
