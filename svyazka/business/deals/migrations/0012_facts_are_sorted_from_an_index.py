from django.db import migrations, models

# What stands in `facts`, one row for each code: of a list the first, lower case and one letter for the two that are
# typed for each other; amounts stand in JSON as text and are numbers here.
KEYS = r"""
create function deals_fact_keys(facts jsonb) returns table (code text, text text, number numeric)
language sql immutable as $$
    select each.key, left(lower(translate(one.said, U&'\0451\0401', U&'\0435\0415')), 300),
        case when one.said ~ '^-?[0-9]{1,15}([.][0-9]{1,9})?$' then one.said::numeric end
    from jsonb_each(case when jsonb_typeof(facts) = 'object' then facts else '{}' end) each,
        lateral (
            select case when jsonb_typeof(each.value) = 'array' then each.value ->> 0 else each.value #>> '{}' end
        ) one (said)
    where one.said <> '' and length(each.key) <= 50
$$
"""
KEEP = """
create function deals_keep_fact_keys() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        delete from deals_factkey where holder = tg_argv[0] and object_id = old.id;
        return old;
    end if;
    if tg_op = 'UPDATE' then
        delete from deals_factkey where holder = tg_argv[0] and object_id = new.id
            and code not in (select keys.code from deals_fact_keys(new.facts) keys);
    end if;
    insert into deals_factkey (holder, object_id, code, text, number)
        select tg_argv[0], new.id, keys.code, keys.text, keys.number from deals_fact_keys(new.facts) keys
        on conflict (holder, object_id, code) do update set text = excluded.text, number = excluded.number
        where (deals_factkey.text, deals_factkey.number) is distinct from (excluded.text, excluded.number);
    return new;
end
$$
"""
# Asked before the function is called: a deal that only moves pays nothing.
TRIGGERS = """
create trigger fact_keys_begin after insert on {table} for each row when (new.facts <> '{{}}'::jsonb)
    execute function deals_keep_fact_keys('{holder}');
create trigger fact_keys_change after update of facts on {table} for each row when (old.facts is distinct from new.facts)
    execute function deals_keep_fact_keys('{holder}');
create trigger fact_keys_end after delete on {table} for each row when (old.facts <> '{{}}'::jsonb)
    execute function deals_keep_fact_keys('{holder}');
insert into deals_factkey (holder, object_id, code, text, number)
    select '{holder}', held.id, keys.code, keys.text, keys.number from {table} held, deals_fact_keys(held.facts) keys
    on conflict do nothing;
"""
NO_TRIGGERS = "".join(f"drop trigger fact_keys_{moment} on {{table}};" for moment in ("begin", "change", "end"))
HOLDERS = {"deal": "deals_deal", "client": "clients_client"}


class Migration(migrations.Migration):
    dependencies = [
        ("clients", "0007_lists_of_clients_narrowed_and_sorted"),
        ("deals", "0011_lists_narrowed_by_own_fields"),
    ]

    operations = [
        migrations.CreateModel(
            name="FactKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "holder", "object_id", "code", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "holder",
                    models.CharField(
                        choices=[("deal", "deal"), ("client", "client"), ("visit", "visit")],
                        db_collation="C",
                        max_length=10,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("code", models.CharField(db_collation="C", max_length=50)),
                ("text", models.CharField(db_collation="C", max_length=300)),
                ("number", models.DecimalField(decimal_places=9, max_digits=24, null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["holder", "code", "text", "object_id"], name="fact_key_text"),
                    models.Index(
                        condition=models.Q(("number__isnull", False)),
                        fields=["holder", "code", "number", "object_id"],
                        name="fact_key_number",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(fields=["responsible", "id"], name="deal_of_responsible"),
        ),
        # The index above does for it what its own did.
        migrations.AlterField(
            model_name="deal",
            name="responsible",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=models.PROTECT,
                related_name="deals",
                to="staff.person",
            ),
        ),
        migrations.RunSQL(KEYS, "drop function deals_fact_keys"),
        migrations.RunSQL(KEEP, "drop function deals_keep_fact_keys"),
        *(
            migrations.RunSQL(TRIGGERS.format(table=table, holder=holder), NO_TRIGGERS.format(table=table))
            for holder, table in HOLDERS.items()
        ),
    ]
