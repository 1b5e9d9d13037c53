from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("problems", "0011_an_agreement_that_does_not_reach_the_client"),
    ]

    operations = [
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
                    ("visit_impossible", "Visit Impossible"),
                    ("visit_beside", "Visit Beside"),
                    ("visit_orphaned", "Visit Orphaned"),
                    ("visit_late", "Visit Late"),
                    ("visit_unconfirmed", "Visit Unconfirmed"),
                    ("visit_moved", "Visit Moved"),
                    ("visit_not_done", "Visit Not Done"),
                    ("not_agreed", "Not Agreed"),
                    ("visit_without_result", "Visit Without Result"),
                    ("agreement_not_sent", "Agreement Not Sent"),
                    ("invoice_overdue", "Invoice Overdue"),
                    ("waits_too_long", "Waits Too Long"),
                ],
                max_length=30,
            ),
        ),
    ]
