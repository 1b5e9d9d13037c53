import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("staff", "0008_keys_of_programs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Followed",
            fields=[
                ("stream", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("transaction", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("trigger", models.CharField(max_length=40)),
                ("options", models.JSONField(default=dict)),
                ("conditions", models.JSONField(default=list)),
                ("actions", models.JSONField(default=list)),
                (
                    "once",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "every time"),
                            ("deal", "once for each deal"),
                            ("client", "once for each client"),
                        ],
                        default="",
                        max_length=6,
                    ),
                ),
                ("wait_minutes", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=False)),
                ("stopped_at", models.DateTimeField(null=True)),
                ("stopped_why", models.CharField(blank=True, max_length=300)),
                ("version", models.PositiveIntegerField(default=1)),
            ],
            options={
                "ordering": ["position", "id"],
                "indexes": [
                    models.Index(condition=models.Q(("is_active", True)), fields=["trigger"], name="rule_in_force")
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("event_key", models.CharField(db_collation="C", max_length=120)),
                ("event", models.JSONField(default=dict)),
                ("deal_id", models.BigIntegerField(null=True)),
                ("client_id", models.BigIntegerField(null=True)),
                ("at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waits"),
                            ("done", "done"),
                            ("left", "the conditions did not hold"),
                            ("failed", "failed"),
                            ("stopped", "stopped: it went round in a circle"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("depth", models.PositiveSmallIntegerField(default=0)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("why", models.CharField(blank=True, max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "cause",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="followed",
                        to="automation.run",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="automation.rule",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=40)),
                (
                    "state",
                    models.CharField(
                        choices=[("begun", "begun"), ("done", "done"), ("failed", "failed")], max_length=6
                    ),
                ),
                ("made", models.JSONField(default=dict)),
                ("why", models.CharField(blank=True, max_length=500)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="steps",
                        to="automation.run",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.JSONField()),
                ("asked_at", models.DateTimeField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "being counted"),
                            ("done", "done"),
                            ("stopped", "stopped"),
                            ("failed", "failed"),
                        ],
                        default="running",
                        max_length=8,
                    ),
                ),
                ("reached", models.DateTimeField(null=True)),
                ("place", models.JSONField(default=dict)),
                ("seen", models.PositiveBigIntegerField(default=0)),
                ("fired", models.PositiveBigIntegerField(default=0)),
                ("left", models.PositiveBigIntegerField(default=0)),
                ("examples", models.JSONField(default=list)),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="trials",
                        to="automation.rule",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="automation.rule"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("rule", "version"), name="rule_version_once")],
            },
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(condition=models.Q(("state", "waiting")), fields=["due_at", "id"], name="run_due"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["rule", "-at", "-id"], name="run_of_rule"),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                condition=models.Q(("deal_id__isnull", False)), fields=["deal_id", "-at"], name="run_of_deal"
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(fields=["-at", "-id"], name="run_recent"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(fields=("rule", "event_key"), name="run_once"),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.UniqueConstraint(fields=("run", "position"), name="step_once"),
        ),
        migrations.AddIndex(
            model_name="trial",
            index=models.Index(condition=models.Q(("state", "running")), fields=["asked_at"], name="trial_running"),
        ),
    ]
