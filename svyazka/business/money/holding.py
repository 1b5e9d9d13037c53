"""One at a time with the money of a client: sums are counted and written without anybody in between."""

from __future__ import annotations

from django.db import connection


def hold(client_id: int) -> int:
    """Until the end of the transaction. Whose it is: of a client who was merged, that of the one he is now."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"money {client_id}"])
            # Whoever merges him just now is waited for, and waits for us.
            cursor.execute("select merged_into_id from clients_client where id = %s for key share", [client_id])
            (merged_into,) = cursor.fetchone() or (None,)
            if merged_into is None:
                return client_id
            client_id = merged_into


def hold_numbers(year: int) -> None:
    """Of invoices: the next number is nobody else's."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"invoices of {year}"])
