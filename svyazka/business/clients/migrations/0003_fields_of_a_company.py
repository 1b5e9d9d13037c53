from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0002_search_as_people_type"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="facts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AlterField(
            model_name="interaction",
            name="kind",
            field=models.CharField(
                choices=[
                    ("call", "Call"),
                    ("message", "Message"),
                    ("form", "Form"),
                    ("visit", "Visit"),
                    ("stage", "Stage"),
                    ("note", "Note"),
                    ("hand_off", "Hand-off"),
                    ("question", "Question"),
                    ("task", "Task"),
                ],
                max_length=10,
            ),
        ),
    ]
