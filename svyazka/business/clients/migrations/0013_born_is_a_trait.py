from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0012_money_in_the_history"),
    ]

    operations = [
        migrations.AlterField(
            model_name="trait",
            name="kind",
            field=models.CharField(
                choices=[
                    ("name", "Name"),
                    ("company", "Company"),
                    ("inn", "Tax number"),
                    ("address", "Address"),
                    ("born", "Date of birth"),
                    ("handle", "Messenger"),
                ],
                max_length=10,
            ),
        ),
    ]
