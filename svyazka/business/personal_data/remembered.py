"""Who has been erased, in a file beside the database: an archive from before brings them back, and this says who
has to go again. Numbers and times only, nothing that says who they were."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_datetime

from svyazka.business.clients.models import Client
from svyazka.business.personal_data.models import Erasure
from svyazka.business.staff.models import Person


def note_down(erasure: Erasure) -> None:
    """On the disk before anybody is told that it is done."""
    born = Client.objects.filter(pk__in=erasure.numbers).order_by("pk").values_list("pk", "created_at")
    line = {
        "client": erasure.client_id,
        "asked_at": erasure.asked_at.isoformat(),
        "asked_by": erasure.asked_by.login,
        "ground": erasure.ground,
        "clients": {str(pk): at.isoformat() for pk, at in born},
    }
    if any(_is_of(known, erasure) for known in lines()):
        return
    place = Path(settings.ERASED_LIST)
    place.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
        file.write(f"{json.dumps(line)}\n")
        file.flush()
        os.fsync(file.fileno())


def _is_of(line: dict[str, Any], erasure: Erasure) -> bool:
    return (line["client"], line["asked_at"]) == (erasure.client_id, erasure.asked_at.isoformat())


def lines() -> Iterator[dict[str, Any]]:
    """What was cut off in its middle by a crash says nothing: its erasure had not ended and goes on by itself."""
    try:
        said = Path(settings.ERASED_LIST).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in said:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def come_back() -> list[Erasure]:
    """Erasures that this database knows nothing of, or not their end, although it holds those clients."""
    found = [_ask_again(line) for line in lines()]
    return [one for one in found if one]


@transaction.atomic
def _ask_again(line: dict[str, Any]) -> Erasure | None:
    at = parse_datetime(line["asked_at"])
    numbers = _still_there(line["clients"])
    if not at or not numbers:
        return None
    known = Erasure.objects.filter(asked_at=at, client__in=numbers).select_related("asked_by").first()
    if known:
        return known if known.state == Erasure.State.WAITING else None
    return Erasure.objects.create(
        client_id=line["client"] if line["client"] in numbers else numbers[0],
        numbers=numbers,
        asked_by=_whoever(line["asked_by"]),
        asked_at=at,
        ground=line["ground"],
    )


def _still_there(clients: dict[str, str]) -> list[int]:
    """A number alone may be another client's by now: whoever came at the same moment is the same one."""
    born: dict[int, datetime] = dict(Client.objects.filter(pk__in=map(int, clients)).values_list("pk", "created_at"))
    return [number for number, at in sorted(born.items()) if at.isoformat() == clients[str(number)]]


def _whoever(login: str) -> Person:
    """In an older archive whoever asked may not be there yet."""
    found = Person.objects.filter(login=login).first()
    return found or Person.objects.filter(role="administrator").order_by("pk")[0]
