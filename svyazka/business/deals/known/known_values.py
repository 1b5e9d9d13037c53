"""How much is known in the fields of the company: whoever changes one has to hear whom it touches."""

from __future__ import annotations

from django.db import connection, models
from psycopg import sql

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Field

# Who has `facts`. Visits stand above: they add themselves when the house opens.
HOLDERS: dict[str, type[models.Model]] = {Field.Of.DEAL: Deal, Field.Of.CLIENT: Client}

_COUNTED = """
select key, count(*) from {table}, jsonb_each(facts) where value not in ('null', '""', '[]') group by key
"""
_CHOSEN = """
select chosen, count(*)
from {table}, jsonb_array_elements_text(
    case jsonb_typeof(facts -> %(code)s)
        when 'array' then facts -> %(code)s else jsonb_build_array(facts -> %(code)s)
    end
) as chosen
where facts ? %(code)s and chosen is not null and chosen <> ''
group by chosen
"""


def counted(of: str) -> dict[str, int]:
    """Code of a field → in how many it is known."""
    return _asked(_COUNTED, of)


def count(field: Field) -> int:
    return counted(field.of).get(field.code, 0)


def choices_of(field: Field) -> dict[str, int]:
    """Code of a choice → how many have it."""
    return _asked(_CHOSEN, field.of, code=field.code)


def _asked(question: str, of: str, **values: str) -> dict[str, int]:
    table = sql.Identifier(HOLDERS[of]._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(question).format(table=table), values or None)
        return dict(cursor.fetchall())
