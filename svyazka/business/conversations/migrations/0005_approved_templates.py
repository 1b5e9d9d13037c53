from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("conversations", "0004_messages_and_how_people_are_reached")]

    operations = [
        migrations.CreateModel(
            name="ApprovedTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("account", models.CharField(max_length=60)),
                ("name", models.CharField(max_length=512)),
                ("language", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("category", models.CharField(blank=True, max_length=30)),
                ("head", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField(blank=True)),
                ("foot", models.CharField(blank=True, max_length=200)),
                ("buttons", models.JSONField(default=list)),
                ("places", models.PositiveSmallIntegerField(default=0)),
                ("is_unfit", models.BooleanField(default=False)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("account", "name", "language"), name="template_once"),
                ],
            },
        ),
    ]
