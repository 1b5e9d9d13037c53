import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notices", "0002_devices_and_what_goes_to_them"),
        ("staff", "0004_roles_of_a_company"),
    ]

    operations = [
        migrations.CreateModel(
            name="Outage",
            fields=[
                ("account", models.CharField(max_length=60, primary_key=True, serialize=False)),
                ("why", models.CharField(choices=[("unreached", "Unreached"), ("denied", "Denied")], max_length=10)),
                ("since", models.DateTimeField()),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("until", models.DateTimeField()),
                ("told_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Chat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=60)),
                ("user_id", models.CharField(max_length=100)),
                ("shown", models.CharField(blank=True, max_length=200)),
                ("linked_at", models.DateTimeField()),
                ("reached_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="chats", to="staff.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LinkCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=60)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("until", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.person"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Outgoing",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("account", models.CharField(max_length=60)),
                ("user_id", models.CharField(max_length=100)),
                ("text", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("try_at", models.DateTimeField()),
                (
                    "chat",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="notices.chat"
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="notices.notice"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="chat",
            constraint=models.UniqueConstraint(fields=("account", "user_id"), name="chat_of_one_person"),
        ),
        migrations.AddConstraint(
            model_name="chat",
            constraint=models.UniqueConstraint(fields=("person", "account"), name="one_chat_with_a_bot"),
        ),
        migrations.AddConstraint(
            model_name="linkcode",
            constraint=models.UniqueConstraint(fields=("person", "account"), name="one_code_at_a_time"),
        ),
        migrations.AddIndex(
            model_name="outgoing",
            index=models.Index(fields=["account", "user_id", "at", "id"], name="outgoing_in_order"),
        ),
    ]
