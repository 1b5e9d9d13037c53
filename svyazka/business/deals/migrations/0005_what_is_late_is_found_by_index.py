from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0004_what_is_late_is_found_by_index"),
        ("deals", "0004_hand_offs_questions_and_tasks"),
        ("staff", "0003_hours_absences_and_skills"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["next_step_at"], name="deal_step_due"),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("stage_due_at__isnull", False)),
                fields=["stage_due_at"],
                name="deal_stage_due",
            ),
        ),
    ]
