from django.db import migrations

FINAL = """
create or replace function journal_entry_is_final() returns trigger language plpgsql as
$$ begin raise exception 'journal rows are not changed'; end $$;
"""
# That something was done stays for good; what it was changed from and to is taken out when a client is erased.
EMPTIED = """
create or replace function journal_entry_is_final() returns trigger language plpgsql as
$$ begin
    if new.changes <> '{}'::jsonb or new.note <> '' or (to_jsonb(new) - 'changes' - 'note') <> (to_jsonb(old) - 'changes' - 'note')
    then raise exception 'journal rows are not changed'; end if;
    return new;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_what_was_done_with_one_client")]

    operations = [migrations.RunSQL(EMPTIED, FINAL)]
