from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("calls", "0001_calls"),
    ]

    operations = [
        migrations.AddField(
            model_name="call",
            name="merged_into_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="call",
            name="result",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", ""),
                    ("answered", "answered"),
                    ("missed", "missed"),
                    ("busy", "busy"),
                    ("left", "passed on, nobody answered"),
                ],
                max_length=10,
            ),
        ),
    ]
