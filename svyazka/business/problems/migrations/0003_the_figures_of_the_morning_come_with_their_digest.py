from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0002_how_far_swept_and_what_is_usual"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="daycount",
            name="department",
        ),
        migrations.RemoveField(
            model_name="daycount",
            name="person",
        ),
        migrations.DeleteModel(
            name="Morning",
        ),
        migrations.DeleteModel(
            name="DayCount",
        ),
    ]
