"""`svyazka fetch ...`: all that amoCRM or Bitrix24 knows, as tables in a folder. The caller has set up Django."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import yaml
from django.conf import settings
from django.utils import translation
from django.utils.timezone import is_naive, make_aware

from svyazka.business.moving_in.fetch import AnotherOne, Fetch
from svyazka.business.moving_in.foreign import Kind
from svyazka.business.moving_in.system import Access, TryLater, of_code
from svyazka.config.holding import CannotStart
from svyazka.kit.refusals import Refused


def main(code: str, access: Path, folder: Path, *, since: datetime | None, language: str) -> int:
    if code not in settings.FOREIGN_SYSTEMS:
        raise CannotStart(f"“{code}” is none of {', '.join(settings.FOREIGN_SYSTEMS)}.")
    with translation.override(language):
        try:
            system = of_code(code)(Access(_given(access, code), lambda changed: _keep(access, changed)))
            print(f"{system.title}: {system.name()}")
            since = make_aware(since) if since and is_naive(since) else since
            lines = Fetch(system, folder, since=since, language=language, tell=_tell, pause=_pause).run()
        except Refused as refusal:
            raise CannotStart(str(refusal.message)) from None
        except TryLater as trouble:
            raise CannotStart(f"it does not answer ({trouble.why}). Type it again later: it goes on.") from None
        except AnotherOne:
            raise CannotStart(f"{folder} holds tables of another account, day or language.") from None
    print(", ".join(f"{table}.csv: {number}" for table, number in lines.items()))
    return 0


def _given(file: Path, code: str) -> Mapping[str, str]:
    names = [one.name for one in of_code(code).inputs]
    try:
        stored = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError):
        stored = None
    if not isinstance(stored, dict):
        raise CannotStart(f"{file} must be a file with lines like “{names[0]}: …”; there may be: {', '.join(names)}.")
    if file.stat().st_mode & 0o077:
        raise CannotStart(f"{file} holds a key, and others may read it; type: chmod 600 {file}")
    return {str(name): str(value).strip() for name, value in stored.items() if value is not None}


def _keep(file: Path, changed: Mapping[str, str]) -> None:
    """A token that is used once: the next one must be there before it is used."""
    stored = yaml.safe_load(file.read_text(encoding="utf-8"))
    beside = file.with_name(f"{file.name}.part")
    beside.touch(mode=0o600)
    beside.write_text(yaml.safe_dump({**stored, **changed}, allow_unicode=True), encoding="utf-8")
    beside.replace(file)


def _tell(kind: Kind, lines: int) -> None:
    print(f"\r{kind}: {lines}    ", end="", file=sys.stderr, flush=True)


def _pause(seconds: float) -> None:
    print(f"\rit wants to be left alone for {seconds:.0f} s", end="", file=sys.stderr, flush=True)
    time.sleep(seconds)
