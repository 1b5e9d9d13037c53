"""What the environment gives, read before anything begins: a wrong value is said in a line, not by a traceback."""

from __future__ import annotations

import logging
import os
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from svyazka.config import storing
from svyazka.config.holding import CannotStart


def make_sure() -> None:
    port()
    _time_zone()
    _log_level()
    storing.make_sure()


def port() -> int:
    given = os.environ.get("SVYAZKA_PORT", "8000")
    # Digits are also ٣ and ².
    if not (given.isascii() and given.isdigit() and 0 < int(given[:6]) < 65536):
        raise CannotStart(f"SVYAZKA_PORT must be a number from 1 to 65535, not “{given}”.")
    return int(given)


def _time_zone() -> None:
    given = os.environ.get("SVYAZKA_TIME_ZONE", "Europe/Moscow")
    try:
        ZoneInfo(given)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise CannotStart(f"SVYAZKA_TIME_ZONE must be a time zone like Europe/Moscow, not “{given}”.") from None


def _log_level() -> None:
    given = os.environ.get("SVYAZKA_LOG", "info")
    if given.upper() not in logging.getLevelNamesMapping():
        raise CannotStart(f"SVYAZKA_LOG must be debug, info, warning or error, not “{given}”.")
