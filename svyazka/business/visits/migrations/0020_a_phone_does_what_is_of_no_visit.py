import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


# A version that does not know of it writes a visit to every row, and goes on doing so.
class Migration(migrations.Migration):
    dependencies = [("visits", "0019_a_column_that_nobody_reads")]
    operations = [
        migrations.AlterField(
            model_name="action",
            name="visit",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="actions",
                to="visits.visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="action",
            constraint=models.CheckConstraint(
                condition=~Q(outcome="beside") | Q(visit__isnull=False),
                name="action_beside_is_of_a_visit",
            ),
        ),
        migrations.AlterField(
            model_name="visitphoto",
            name="at",
            field=models.DateTimeField(),
        ),
    ]
