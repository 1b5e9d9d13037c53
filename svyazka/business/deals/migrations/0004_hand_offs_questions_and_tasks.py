import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0003_fields_of_a_company"),
        ("deals", "0003_lists_sorted_from_an_index"),
        ("staff", "0003_hours_absences_and_skills"),
    ]

    operations = [
        migrations.CreateModel(
            name="Asked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_at", models.DateTimeField()),
                ("answer", models.CharField(blank=True, max_length=2000)),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                ("reminded_at", models.DateTimeField(blank=True, null=True)),
                ("escalated_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DistributionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("round_robin", "in turn"),
                            ("least_loaded", "whoever has the fewest open deals"),
                            ("former", "whoever looked after this client before"),
                            ("nobody", "nobody: the head hands out by hand"),
                        ],
                        default="least_loaded",
                        max_length=20,
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=20)),
                ("skill", models.CharField(blank=True, max_length=30)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "only_when",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("take_minutes", models.PositiveIntegerField(blank=True, null=True)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="HandOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leg", models.PositiveIntegerField(default=1)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits"),
                            ("accepted", "accepted"),
                            ("returned", "returned"),
                            ("withdrawn", "taken back"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("handed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="HandOffRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("round_robin", "in turn"),
                            ("least_loaded", "whoever has the fewest open deals"),
                            ("former", "whoever looked after this client before"),
                            ("nobody", "nobody: the head hands out by hand"),
                        ],
                        default="least_loaded",
                        max_length=20,
                    ),
                ),
                ("role", models.CharField(blank=True, max_length=20)),
                ("skill", models.CharField(blank=True, max_length=30)),
                (
                    "people",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, size=None
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0)),
                (
                    "only_when",
                    models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("carried", models.JSONField(blank=True, default=list)),
                ("accept_hours", models.PositiveIntegerField(default=24)),
            ],
            options={
                "ordering": ["position", "id"],
            },
        ),
        migrations.CreateModel(
            name="PipelineVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("by_id", models.BigIntegerField(null=True)),
                ("content", models.JSONField()),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=1000)),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("is_blocking", models.BooleanField(default=False)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("request_id", models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rule", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="deal",
            name="assigned_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="deal",
            name="first",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="deals.deal",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="deals.deal",
            ),
        ),
        migrations.AddField(
            model_name="deal",
            name="take_due_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="field",
            name="choices",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="field",
            name="hint_words",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="field",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="field",
            name="is_searched",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="field",
            name="of",
            field=models.CharField(
                choices=[("deal", "deal"), ("client", "client"), ("visit", "visit")],
                db_default="deal",
                default="deal",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="lossreason",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="pipeline",
            name="is_active",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="pipeline",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="stage",
            name="next_step_kind",
            field=models.CharField(db_default="other", default="other", max_length=10),
        ),
        migrations.AddField(
            model_name="stage",
            name="only_when",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="task",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tasks_given",
                to="staff.person",
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="checklist",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="task",
            name="kind",
            field=models.CharField(
                choices=[("call", "Call"), ("message", "Message"), ("meeting", "Meeting"), ("other", "Other")],
                db_default="other",
                default="other",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="task",
            name="repeat",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="task",
            name="result",
            field=models.CharField(blank=True, db_default="", max_length=500),
        ),
        migrations.AddField(
            model_name="task",
            name="snoozed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="task",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1),
        ),
        migrations.AlterField(
            model_name="field",
            name="kind",
            field=models.CharField(
                choices=[
                    ("text", "text"),
                    ("long_text", "text of several lines"),
                    ("number", "whole number"),
                    ("decimal", "number with decimals"),
                    ("money", "amount of money"),
                    ("date", "date"),
                    ("moment", "date and time"),
                    ("yes", "yes or no"),
                    ("choice", "one of a list"),
                    ("choices", "several of a list"),
                    ("phone", "phone number"),
                    ("email", "e-mail address"),
                    ("link", "web address"),
                    ("person", "one of the staff"),
                ],
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="deal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="tasks",
                to="deals.deal",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("closed_at", None), ("responsible", None)),
                fields=["pipeline", "opened_at"],
                name="deal_nobody",
            ),
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=models.Q(("take_due_at__isnull", False)), fields=["take_due_at"], name="deal_to_take"
            ),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(condition=models.Q(("done_at", None)), fields=["by", "due_at"], name="task_given"),
        ),
        migrations.AddIndex(
            model_name="task",
            index=models.Index(
                condition=models.Q(("done_at__isnull", False)), fields=["person", "-done_at"], name="task_done"
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="asked", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="distributionrule",
            name="department",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.department",
            ),
        ),
        migrations.AddField(
            model_name="distributionrule",
            name="pipeline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="distribution", to="deals.pipeline"
            ),
        ),
        migrations.AddField(
            model_name="distributionrule",
            name="source",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="clients.source",
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="answered_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="deal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="handed_on", to="deals.deal"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="left_stage",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="deals.stage"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="to_deal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="came_by", to="deals.deal"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="to_person",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="handoff",
            name="to_pipeline",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="deals.pipeline"),
        ),
        migrations.AddField(
            model_name="handoffrule",
            name="department",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="staff.department",
            ),
        ),
        migrations.AddField(
            model_name="handoffrule",
            name="stage",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="hand_offs", to="deals.stage"
            ),
        ),
        migrations.AddField(
            model_name="handoffrule",
            name="to",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="deals.pipeline"),
        ),
        migrations.AddField(
            model_name="handoff",
            name="rule",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="deals.handoffrule"
            ),
        ),
        migrations.AddField(
            model_name="pipelineversion",
            name="pipeline",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="deals.pipeline"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="questions", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="closed_by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
            ),
        ),
        migrations.AddField(
            model_name="question",
            name="deal",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="deals.deal"
            ),
        ),
        migrations.AddField(
            model_name="asked",
            name="question",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asked", to="deals.question"
            ),
        ),
        migrations.AddField(
            model_name="turn",
            name="person",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.person"),
        ),
        migrations.AddConstraint(
            model_name="handoffrule",
            constraint=models.UniqueConstraint(fields=("stage", "to"), name="handed_to_a_pipeline_once"),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(fields=["to_deal", "-leg"], name="hand_off_to"),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["due_at"], name="hand_off_waiting"),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(fields=["-handed_at"], name="hand_off_recent"),
        ),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.UniqueConstraint(fields=("deal", "to_pipeline", "leg"), name="hand_off_leg_once"),
        ),
        migrations.AddConstraint(
            model_name="handoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["waiting", "accepted"])),
                fields=("deal", "to_pipeline"),
                name="handed_on_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="pipelineversion",
            constraint=models.UniqueConstraint(fields=("pipeline", "number"), name="pipeline_version_once"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(fields=["deal", "-asked_at"], name="question_of_deal"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(condition=models.Q(("closed_at", None)), fields=["by", "due_at"], name="question_open"),
        ),
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(
                condition=models.Q(("answered_at", None)), fields=["person", "due_at"], name="asked_open"
            ),
        ),
        migrations.AddIndex(
            model_name="asked",
            index=models.Index(condition=models.Q(("answered_at", None)), fields=["due_at"], name="asked_due"),
        ),
        migrations.AddConstraint(
            model_name="asked",
            constraint=models.UniqueConstraint(fields=("question", "person"), name="asked_once"),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.UniqueConstraint(fields=("rule", "person"), name="turn_once"),
        ),
    ]
