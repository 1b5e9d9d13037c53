from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0003_chats_with_bots")]
    operations = [
        migrations.CreateModel(
            name="QuietHours",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
            ],
        ),
        migrations.AddField("wish", "as_company", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("wish", "zone", models.CharField(blank=True, db_default="", default="", max_length=40)),
        migrations.AddField("device", "waits_until", models.DateTimeField(null=True)),
        migrations.AddField(
            "notice",
            "sent_by",
            models.CharField(
                blank=True,
                choices=[("device", "Device"), ("chat", "Chat")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
    ]
