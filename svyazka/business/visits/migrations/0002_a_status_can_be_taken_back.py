from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0002_columns_are_summed_from_the_index"),
        ("visits", "0001_visits_and_bookings"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="status_since",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="visit",
            name="left_stage",
            field=models.ForeignKey(null=True, on_delete=models.deletion.SET_NULL, related_name="+", to="deals.stage"),
        ),
    ]
