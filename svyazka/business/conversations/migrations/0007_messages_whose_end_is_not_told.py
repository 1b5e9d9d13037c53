from django.db import migrations, models


class Migration(migrations.Migration):
    """Of a provider that does not call us we ask what has become of its messages: a round finds them by this."""

    dependencies = [("conversations", "0006_messages_that_failed")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("account__startswith", "sms/"), ("state", "sent")),
                fields=["account", "id"],
                name="sms_sent",
            ),
        ),
    ]
