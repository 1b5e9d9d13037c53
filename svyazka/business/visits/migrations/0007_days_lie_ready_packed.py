import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0006_teams_shifts_and_holds"),
    ]

    operations = [
        migrations.AddField(
            model_name="visitkind",
            name="promised_days",
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.CreateModel(
            name="DayChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                (
                    "resource",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="visits.resource",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["resource", "day"], name="day_change")],
            },
        ),
        migrations.CreateModel(
            name="DayPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("version", models.PositiveIntegerField()),
                ("made_of", models.CharField(max_length=32)),
                ("holds_until", models.DateTimeField(null=True)),
                ("packed", models.BinaryField()),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="visits.resource",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("resource", "day"), name="day_plan_once")],
            },
        ),
    ]
