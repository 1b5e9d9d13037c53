from django.db import migrations, models

HOUSE = [
    ("operator", "Operator"),
    ("manager", "Manager"),
    ("engineer", "Engineer"),
    ("crew", "Crew"),
    ("controller", "Controller"),
    ("head", "Head"),
    ("administrator", "Administrator"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0003_hours_absences_and_skills"),
    ]

    operations = [
        migrations.CreateModel(
            name="CompanyRole",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(max_length=20, unique=True)),
                ("words", models.JSONField(default=dict)),
                ("based_on", models.CharField(choices=HOUSE, max_length=20)),
                ("rights", models.JSONField(default=dict)),
                ("position", models.PositiveIntegerField(default=0)),
                ("is_active", models.BooleanField(default=True)),
            ],
            options={"ordering": ["position", "id"]},
        ),
        migrations.AlterField(
            model_name="person",
            name="role",
            field=models.CharField(max_length=20),
        ),
    ]
