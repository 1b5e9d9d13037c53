from django.db import migrations, models

# Links that were sent go on opening. Of an offer that is not answered the previous version still tells its token; of
# all others it only opens what became of them.
_FINGERPRINTS = """
update visits_waitingoffer set fingerprint = encode(sha256(token::bytea), 'hex') where to_client;
update visits_waitingoffer set token = null where state <> 'open' or not to_client;
"""
# Letters that have gone out, and what somebody rings for, stood there with the client's address.
_LETTERS = r"""
update visits_clientword set text = regexp_replace(text, '\S*/v/[A-Za-z0-9_-]{22}/', '{link}', 'g')
where state <> 'waiting' and text ~ '/v/[A-Za-z0-9_-]{22}/';
"""


class Migration(migrations.Migration):
    dependencies = [
        ("visits", "0012_why_visits_move_and_whom_they_lack"),
    ]

    operations = [
        migrations.AddField(
            model_name="waitingoffer",
            name="fingerprint",
            field=models.CharField(max_length=64, null=True, unique=True),
        ),
        # The column stays as long as the previous version may write into it.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "alter table visits_waitingoffer alter column token drop not null", migrations.RunSQL.noop
                ),
            ],
            state_operations=[migrations.RemoveField(model_name="waitingoffer", name="token")],
        ),
        migrations.RunSQL(_FINGERPRINTS, migrations.RunSQL.noop),
        migrations.RunSQL(_LETTERS, migrations.RunSQL.noop),
    ]
