from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_people_and_sessions")]

    operations = [
        migrations.AddField(
            model_name="loginfailure",
            name="is_checked",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
