import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("deals", "0006_hand_offs_on_the_board")]

    operations = [
        migrations.AddField(
            model_name="task",
            name="after",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="follower",
                to="deals.task",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[("", ""), ("reached", "reached"), ("not_reached", "not reached")],
                db_default="",
                max_length=12,
            ),
        ),
    ]
