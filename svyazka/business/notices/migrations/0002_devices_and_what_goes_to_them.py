import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_notices"), ("staff", "0004_roles_of_a_company")]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("fingerprint", models.CharField(max_length=64, unique=True)),
                ("secret", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("reached_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="devices", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="staff.session"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["person"], name="device_of_person")]},
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="notice_wish",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("silent", models.JSONField(default=list)),
                ("quiet_from", models.TimeField(null=True)),
                ("quiet_until", models.TimeField(null=True)),
                ("names", models.BooleanField(default=False)),
            ],
        ),
        # Nobody has a device yet: there is nothing to send.
        migrations.RunSQL("update notices_notice set try_at = null where try_at is not null", migrations.RunSQL.noop),
    ]
