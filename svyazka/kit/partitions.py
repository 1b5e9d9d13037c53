"""Tables cut by time: SQL for migrations, and new pieces ahead of need.

Source: PostgreSQL manual, "Table Partitioning". A DEFAULT piece takes what no piece covers: nothing is refused.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from django.db import connection, migrations, transaction

Span = Literal["month", "week"]


def ensure(table: str, *, span: Span, first: date, last: date) -> int:
    """Makes the missing pieces that cover `first` to `last`; says how many were made."""
    made = 0
    start = _start_of(span, first)
    with connection.cursor() as cursor:
        cursor.execute("select relid::regclass::text from pg_partition_tree(%s::regclass) where level = 1", [table])
        existing = {name for (name,) in cursor.fetchall()}
        while start <= last:
            end = _next(span, start)
            piece = f"{table}_{start:%Y%m%d}"
            if piece not in existing:
                _make(cursor, table, piece, f"{start} 00:00+00", f"{end} 00:00+00")
                made += 1
            start = end
    return made


def _make(cursor: Any, table: str, piece: str, begin: str, end: str) -> None:
    """What the DEFAULT piece has taken of this time moves over: PostgreSQL makes no piece beside such rows, and one
    message from a sender whose clock is a year ahead would keep all later pieces from being made."""
    cursor.execute(
        "select attname from pg_partitioned_table join pg_attribute on attrelid = partrelid and attnum = partattrs[0] "
        "where partrelid = %s::regclass",
        [table],
    )
    (cut_by,) = cursor.fetchone()
    of_this_time = f'from "{table}_other" where "{cut_by}" >= \'{begin}\' and "{cut_by}" < \'{end}\''
    with transaction.atomic():
        cursor.execute(f"create temporary table misplaced as select * {of_this_time}")
        cursor.execute(f"delete {of_this_time}")
        cursor.execute(f"create table \"{piece}\" partition of \"{table}\" for values from ('{begin}') to ('{end}')")
        cursor.execute(f'insert into "{piece}" select * from misplaced')  # noqa: S608 - names of our own
        cursor.execute("drop table misplaced")


def _start_of(span: Span, day: date) -> date:
    return day.replace(day=1) if span == "month" else day - timedelta(days=day.weekday())


def _next(span: Span, start: date) -> date:
    return (start + timedelta(days=32)).replace(day=1) if span == "month" else start + timedelta(days=7)


class CreatePartitionedModel(migrations.CreateModel):
    """`CreateModel` for a table cut by range of `cut_by`: the key contains it, and a DEFAULT piece stands ready."""

    def __init__(self, *, cut_by: str, **options: Any) -> None:
        self.cut_by = cut_by
        super().__init__(**options)

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        name, positional, named = super().deconstruct()
        return name, positional, {**named, "cut_by": self.cut_by}

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        model = to_state.apps.get_model(app_label, self.name)
        definition, _parameters = schema_editor.table_sql(model)
        table = model._meta.db_table
        body = definition.replace(" PRIMARY KEY", "", 1).rstrip()
        if not body.endswith(")"):
            raise ValueError(f"Django writes tables in another way than expected: {body[-60:]}")
        schema_editor.execute(f'{body[:-1]}, primary key ("id", "{self.cut_by}")) partition by range ("{self.cut_by}")')
        schema_editor.execute(f'create table "{table}_other" partition of "{table}" default')
        schema_editor.deferred_sql.extend(schema_editor._model_indexes_sql(model))
