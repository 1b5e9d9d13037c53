"""A month of everybody's tasks is read in the order of their days."""

from __future__ import annotations

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("deals", "0007_tasks_that_come_again")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("deal__isnull", False), ("done_at", None)),
                fields=["due_at"],
                name="task_on_calendar",
            ),
        ),
    ]
