import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("deals", "0004_hand_offs_questions_and_tasks"),
        ("staff", "0003_hours_absences_and_skills"),
    ]

    operations = [
        migrations.CreateModel(
            name="Problem",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
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
                            ("visit_unconfirmed", "Visit Unconfirmed"),
                            ("visit_moved", "Visit Moved"),
                            ("visit_without_result", "Visit Without Result"),
                        ],
                        max_length=30,
                    ),
                ),
                ("subject_id", models.BigIntegerField(default=0)),
                ("since", models.DateTimeField()),
                ("why", models.JSONField(default=dict)),
                ("found_at", models.DateTimeField()),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="problems", to="deals.deal"
                    ),
                ),
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
                "indexes": [
                    models.Index(fields=["kind", "since", "id"], name="problem_kind"),
                    models.Index(fields=["person", "kind", "since"], name="problem_person"),
                    models.Index(fields=["department", "kind", "since"], name="problem_department"),
                ],
                "constraints": [models.UniqueConstraint(fields=("deal", "kind", "subject_id"), name="problem_once")],
            },
        ),
    ]
