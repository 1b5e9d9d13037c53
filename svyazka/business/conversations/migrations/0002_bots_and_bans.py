from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0001_channel_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "what",
                    models.CharField(
                        choices=[("foreign_messengers", "Foreign Messengers")],
                        max_length=40,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("since", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="base",
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="for_staff",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="nick",
            field=models.CharField(blank=True, db_default="", default="", max_length=100),
        ),
        migrations.AddField(
            model_name="channelaccount",
            name="proxy",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="channelaccount",
            name="kind",
            field=models.CharField(
                choices=[("web_form", "Web Form"), ("telegram", "Telegram"), ("max", "Max")], max_length=20
            ),
        ),
    ]
