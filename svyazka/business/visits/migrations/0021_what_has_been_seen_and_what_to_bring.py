import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Whoever has visits ahead knows them: they are not marked as new on the day of the update.
_KNOWN = """
insert into visits_look (person_id, visit_id, at, starts_at)
select distinct resource.person_id, visit.id, now(), visit.starts_at
from visits_visit visit
join visits_booking booking on booking.visit_id = visit.id
join visits_resource resource on resource.id in (visit.resource_id, booking.resource_id)
where resource.person_id is not null and visit.status in ('planned', 'on_way', 'started')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("staff", "0007_an_extension_may_be_on_two_pbxs"),
        ("visits", "0020_a_phone_does_what_is_of_no_visit"),
    ]

    operations = [
        migrations.AddField(
            model_name="visit",
            name="brief",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="visitkind",
            name="bring",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=80), db_default=[], default=list, size=None
            ),
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("starts_at", models.DateTimeField()),
                ("shown", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ("before", models.JSONField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="staff.person",
                    ),
                ),
                (
                    "visit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="visits.visit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "starts_at"], name="look_day")],
                "constraints": [models.UniqueConstraint(fields=("person", "visit"), name="look_once")],
            },
        ),
        migrations.RunSQL(_KNOWN, migrations.RunSQL.noop),
    ]
