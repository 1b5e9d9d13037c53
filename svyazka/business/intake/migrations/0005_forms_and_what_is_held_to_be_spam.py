from django.db import migrations, models


class Migration(migrations.Migration):
    """What has come by one form, for whoever chooses its fields; and what of forms is held to be spam. Calls have no
    part in either."""

    dependencies = [("intake", "0004_how_much_comes_in_and_whether_it_is_all")]

    operations = [
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(("connector", "web_form")), fields=["account", "-id"], name="arrival_of_form"
            ),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(("connector", "web_form"), ("state", "ignored")),
                fields=["-received_at", "-id"],
                name="arrival_spam",
            ),
        ),
    ]
