from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Now

# Whoever is asked was asked with the question, as far as anybody knows by now.
ASKED_AT = """
update deals_asked set asked_at = question.asked_at from deals_question question
where question.id = deals_asked.question_id
"""


class Migration(migrations.Migration):
    dependencies = [("deals", "0008_tasks_on_a_calendar")]

    operations = [
        migrations.AddField("asked", "asked_at", models.DateTimeField(db_default=Now())),
        migrations.RunSQL(ASKED_AT, migrations.RunSQL.noop),
        migrations.AddIndex("asked", models.Index(fields=["asked_at"], name="asked_when")),
        migrations.AddIndex(
            "question",
            models.Index(fields=["due_at", "id"], condition=Q(closed_at=None), name="question_due"),
        ),
        migrations.AddIndex("question", models.Index(fields=["-asked_at", "-id"], name="question_newest")),
        migrations.AddIndex(
            "question", models.Index(fields=["deal"], condition=Q(closed_at=None), name="question_open_of_deal")
        ),
        migrations.AddIndex("question", GinIndex(OpClass(F("text"), name="gin_trgm_ops"), name="question_words")),
    ]
