import datetime

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("deals", "0005_what_is_late_is_found_by_index"),
        ("problems", "0001_problems"),
        ("staff", "0003_hours_absences_and_skills"),
    ]

    operations = [
        migrations.CreateModel(
            name="DayCount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("kind", models.CharField(max_length=30)),
                ("count", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Morning",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="StageStay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stays", models.PositiveIntegerField()),
                ("usual", models.DurationField()),
                ("long", models.DurationField()),
                ("counted_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Swept",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("all_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("transaction", models.BigIntegerField()),
                ("stays_at", models.DateTimeField(default=datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC))),
            ],
        ),
        migrations.AlterField(
            model_name="problem",
            name="kind",
            field=models.CharField(
                choices=[
                    ("no_person", "No Person"),
                    ("no_step", "No Step"),
                    ("step_overdue", "Step Overdue"),
                    ("stuck", "Stuck"),
                    ("slow", "Slow"),
                    ("unanswered", "Unanswered"),
                    ("missed_call", "Missed Call"),
                    ("question", "Question"),
                    ("not_accepted", "Not Accepted"),
                    ("returned", "Returned"),
                    ("ping_pong", "Ping Pong"),
                    ("visit_unconfirmed", "Visit Unconfirmed"),
                    ("visit_moved", "Visit Moved"),
                    ("visit_without_result", "Visit Without Result"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddIndex(
            model_name="problem",
            index=models.Index(fields=["since", "id"], name="problem_since"),
        ),
        migrations.AddField(
            model_name="daycount",
            name="department",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.department"
            ),
        ),
        migrations.AddField(
            model_name="daycount",
            name="person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="stagestay",
            name="stage",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="deals.stage"),
        ),
        migrations.AddIndex(
            model_name="daycount",
            index=models.Index(fields=["day"], name="day_count_day"),
        ),
    ]
