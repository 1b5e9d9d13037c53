from django.db import migrations


# Since 0013 no version has read it or written to it: what a client's link opens is found by its fingerprint.
class Migration(migrations.Migration):
    dependencies = [("visits", "0018_who_was_there_and_who_takes_over")]
    operations = [
        migrations.RunSQL(
            "alter table visits_waitingoffer drop column token",
            "alter table visits_waitingoffer add column token varchar(40) unique",
        )
    ]
