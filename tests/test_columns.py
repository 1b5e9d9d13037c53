"""A column that no model knows is one that somebody forgot to remove once the version that wrote to it had gone."""

from django.apps import apps
from django.db import connection


def test_every_column_belongs_to_a_model(db):
    known = {
        (model._meta.db_table, field.column)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }
    tables = sorted({table for table, _column in known})
    with connection.cursor() as cursor:
        cursor.execute(
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' and table_name = any(%s)",
            [tables],
        )
        assert set(cursor.fetchall()) - known == set()
