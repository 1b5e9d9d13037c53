from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0003_a_photo_is_sent_once_for_its_visit"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="confirmed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="facts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
