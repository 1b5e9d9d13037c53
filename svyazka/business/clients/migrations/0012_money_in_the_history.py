from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0011_contacts_in_other_networks"),
    ]

    operations = [
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
                    ("appointed", "Responsible"),
                    ("merged", "Merging"),
                    ("payment", "Money"),
                ],
                max_length=10,
            ),
        ),
    ]
