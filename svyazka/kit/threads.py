"""From asynchronous code into the database: in a thread, with a connection that is given back at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from asgiref.sync import sync_to_async
from django.db import connection

T = TypeVar("T")


async def in_database(ask: Callable[[], T]) -> T:
    def asked() -> T:
        try:
            return ask()
        finally:
            connection.close()

    return await sync_to_async(asked)()
