import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("clients", "0001_clients_and_history"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelAccount",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(choices=[("web_form", "Web Form"), ("telegram", "Telegram")], max_length=20),
                ),
                ("code", models.CharField(max_length=60, unique=True)),
                ("name", models.CharField(max_length=120)),
                ("public_key", models.CharField(max_length=64, unique=True)),
                ("secret_fingerprint", models.CharField(blank=True, max_length=64)),
                ("secret", models.TextField(blank=True)),
                ("origins", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
                (
                    "source",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="clients.source",
                    ),
                ),
            ],
        ),
    ]
