from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0003_fields_of_a_company"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="interaction",
            index=models.Index(
                condition=models.Q(("data__result__in", ["missed", "busy"]), ("direction", "in"), ("kind", "call")),
                fields=["at"],
                name="interaction_missed",
            ),
        ),
    ]
