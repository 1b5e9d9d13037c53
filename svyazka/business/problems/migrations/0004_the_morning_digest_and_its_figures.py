import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import svyazka.business.problems.models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0003_the_figures_of_the_morning_come_with_their_digest"),
        ("staff", "0004_roles_of_a_company"),
    ]

    operations = [
        migrations.CreateModel(
            name="Morning",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("at", models.TimeField(default=datetime.time(8, 30))),
                (
                    "days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(),
                        blank=True,
                        default=svyazka.business.problems.models.workdays,
                        size=None,
                    ),
                ),
                ("counted_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=30)),
                ("number", models.PositiveIntegerField()),
                (
                    "department",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.department"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.person"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["day"], name="day_count_day")],
            },
        ),
    ]
