"""Structured logs without personal data: one JSON object a line, or readable lines in a terminal."""

from __future__ import annotations

import logging
import os
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

# Whatever looks like a phone or an e-mail address is masked, wherever it stands; so is what opens somebody's calendar.
_PERSONAL = re.compile(r"(?<=/ical/)[\w-]+|(?<=/[vw]/)[\w-]+|\+?\d[\d\s()-]{8,}\d|[\w.+-]+@[\w-]+\.[\w.]+")
_NEVER = {
    "name",
    "full_name",
    "phone",
    "email",
    "address",
    "body",
    "text",
    "password",
    "secret",
    "token",
    "cookie",
}


def set_up() -> None:
    level = os.environ.get("SVYAZKA_LOG", "info").upper()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        kind_and_place,
        without_personal_data,
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("uvicorn.access", "aiohttp.access", "django.request", "psycopg.pool"):
        logging.getLogger(noisy).setLevel("ERROR")
    # They write down whole addresses, and a bot's token stands in its address.
    for telltale in ("httpx", "httpcore"):
        logging.getLogger(telltale).setLevel("CRITICAL")


def kind_and_place(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Of an exception its kind and place. Its text may name a client: the database quotes what it refused."""
    given = event.pop("exc_info", None)
    failure = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(failure, BaseException):
        places = traceback.extract_tb(failure.__traceback__)[-8:]
        event["exception"] = type(failure).__name__
        event["at"] = " < ".join(f"{Path(place.filename).name}:{place.lineno}" for place in reversed(places))
    return event


def without_personal_data(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in _NEVER:
            event[key] = "***"
        elif isinstance(value, str) and key not in ("timestamp", "level"):
            event[key] = _PERSONAL.sub("***", value)
    return event
