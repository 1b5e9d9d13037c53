import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0008_what_clients_are_compared_by"),
        ("deals", "0014_missed_calls_are_returned"),
        ("duplicates", "0001_who_may_be_one"),
        ("staff", "0007_an_extension_may_be_on_two_pbxs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Search",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("searching", "is looking"),
                            ("found", "has looked"),
                            ("stopped", "stopped"),
                            ("merging", "is merging"),
                            ("merged", "merged"),
                            ("undoing", "is being undone"),
                            ("undone", "undone"),
                        ],
                        default="searching",
                        max_length=10,
                    ),
                ),
                ("position", models.BigIntegerField(default=0)),
                ("last", models.BigIntegerField(default=0)),
                ("clients", models.PositiveIntegerField(default=0)),
                ("looked_at", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="suspicion",
            name="suspicion_once",
        ),
        migrations.AddField(
            model_name="suspicion",
            name="band",
            field=models.CharField(
                choices=[("certain", "certain"), ("probable", "probable"), ("doubtful", "doubtful")],
                db_default="doubtful",
                default="doubtful",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="search",
            name="by",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="staff.person"),
        ),
        migrations.AddField(
            model_name="suspicion",
            name="search",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="suspicions",
                to="duplicates.search",
            ),
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(condition=models.Q(("state", "open")), fields=["client"], name="suspicion_of_client"),
        ),
        migrations.AddIndex(
            model_name="suspicion",
            index=models.Index(
                condition=models.Q(("search__isnull", False)), fields=["search", "band", "id"], name="suspicion_found"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspicion",
            constraint=models.UniqueConstraint(
                django.db.models.functions.comparison.Least("client", "other"),
                django.db.models.functions.comparison.Greatest("client", "other"),
                name="suspicion_of_pair",
            ),
        ),
        migrations.AddIndex(
            model_name="search",
            index=models.Index(fields=["-at", "-id"], name="search_recent"),
        ),
        migrations.AddIndex(
            model_name="search",
            index=models.Index(
                condition=models.Q(("state__in", ["searching", "merging", "undoing"])),
                fields=["id"],
                name="search_to_go_on",
            ),
        ),
    ]
