from __future__ import annotations

import logging
import sys
from typing import Any

import structlog
from django.db import DatabaseError, connection


def written(message: str, *values: object, exc_info: Any = None) -> str:
    """As it would stand in the log."""
    (handler,) = (
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    return handler.format(logging.LogRecord("svyazka", logging.ERROR, __file__, 1, message, values, exc_info))


def test_what_the_database_quotes_does_not_reach_the_log(db):
    try:
        with connection.cursor() as cursor:
            cursor.execute("select %s::int", ["Вера Павлова"])
    except DatabaseError:
        line = written("statement refused", exc_info=sys.exc_info())
    assert "statement refused" in line
    assert "test_logs.py:" in line
    assert "DataError" in line
    assert "Вера" not in line


def test_phones_and_addresses_are_masked():
    line = written("rang from %s, wrote from %s", "+7 916 123-45-67", "vera@example.ru")
    assert "rang from ***, wrote from ***" in line


def test_what_opens_a_calendar_is_masked():
    line = written("Internal Server Error: %s", "/ical/LQAZy31i4UjIMzOWgguOcQ.ics")
    assert "Internal Server Error: /ical/***.ics" in line


def test_what_opens_a_clients_page_is_masked():
    line = written("Not Found: %s, %s", "/v/LQAZy31i4UjIMzOWgguOcQ/", "/w/LQAZy31i4UjIMzOWgguOcQ/taking/")
    assert "Not Found: /v/***/, /w/***/taking/" in line
