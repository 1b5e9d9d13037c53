import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

AUTO = {"auto_created": True, "primary_key": True, "serialize": False, "verbose_name": "ID"}
CASCADE = django.db.models.deletion.CASCADE
SET_NULL = django.db.models.deletion.SET_NULL


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0021_what_has_been_seen_and_what_to_bring"),
        ("notices", "0004_quiet_hours_of_the_company"),
    ]
    operations = [
        migrations.CreateModel(
            name="RoadRules",
            fields=[
                ("id", models.BigAutoField(**AUTO)),
                ("is_on", models.BooleanField(default=True)),
                ("gathers_minutes", models.PositiveSmallIntegerField(default=2)),
                ("seen_minutes", models.PositiveSmallIntegerField(default=10)),
                ("soon_hours", models.PositiveSmallIntegerField(default=4)),
                ("tomorrow_at", models.TimeField(default=datetime.time(18), null=True)),
                ("notes_arrivals", models.BooleanField(default=False)),
                ("arrivals_days", models.PositiveSmallIntegerField(default=90)),
                ("phones_seen_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="RoadNews",
            fields=[
                ("id", models.BigAutoField(**AUTO)),
                ("at", models.DateTimeField()),
                ("was", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("gathered", "Gathered"),
                            ("told", "Told"),
                            ("moot", "Moot"),
                        ],
                        default="gathered",
                        max_length=10,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("device", "on a device"),
                            ("chat", "in a messenger"),
                            ("page", "only in the app"),
                            ("call", "somebody rings"),
                        ],
                        max_length=10,
                    ),
                ),
                ("told_at", models.DateTimeField(null=True)),
                ("try_at", models.DateTimeField(null=True)),
                (
                    "visit",
                    models.ForeignKey(db_index=False, on_delete=CASCADE, related_name="news", to="visits.visit"),
                ),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=SET_NULL, related_name="+", to="notices.notice"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(db_index=False, null=True, on_delete=SET_NULL, related_name="+", to="deals.task"),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "gathered")),
                        fields=("visit", "person"),
                        name="road_news_gathered",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=models.Q(("try_at__isnull", False)),
                        fields=["state", "try_at"],
                        name="road_news_due",
                    ),
                    models.Index(fields=["visit", "-at"], name="road_news_of_visit"),
                    models.Index(fields=["person"], name="road_news_of_person"),
                    models.Index(
                        condition=models.Q(("notice__isnull", False)), fields=["notice"], name="road_news_by_notice"
                    ),
                    models.Index(
                        condition=models.Q(("task__isnull", False)), fields=["task"], name="road_news_by_task"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TomorrowTold",
            fields=[
                ("id", models.BigAutoField(**AUTO)),
                ("day", models.DateField()),
                (
                    "person",
                    models.ForeignKey(on_delete=CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("person", "day"), name="tomorrow_told_once")],
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("given_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(**AUTO)),
                ("kind", models.CharField(choices=[("came", "came"), ("left", "left")], max_length=4)),
                ("at", models.DateTimeField()),
                ("accuracy", models.PositiveSmallIntegerField()),
                ("visit", models.ForeignKey(on_delete=CASCADE, related_name="marks", to="visits.visit")),
                (
                    "person",
                    models.ForeignKey(db_index=False, on_delete=CASCADE, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("visit", "person", "kind", "at"), name="mark_once")],
                "indexes": [
                    models.Index(fields=["person", "-at"], name="mark_of_person"),
                    models.Index(fields=["at"], name="mark_at"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DurationTaken",
            fields=[
                ("id", models.BigAutoField(**AUTO)),
                ("at", models.DateTimeField()),
                ("was", models.JSONField()),
                ("became", models.JSONField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(null=True, on_delete=SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
                ),
                ("kind", models.ForeignKey(on_delete=CASCADE, related_name="+", to="visits.visitkind")),
            ],
        ),
    ]
