"""A client wants to know what is known of him: somebody asks for it, the worker makes the file, for a day it can be
fetched by whoever has asked."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.personal_data import collecting
from svyazka.business.personal_data.models import DataFile
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

KEPT = timedelta(days=1)
MOST_TRIES = 3
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_108

State = DataFile.State


@transaction.atomic
def ask(client: Client, *, by: Person) -> DataFile:
    """A second click asks for nothing new."""
    Client.objects.select_for_update(no_key=True).only("pk").get(pk=client.pk)
    waiting = DataFile.objects.filter(client=client, asked_by=by, state=State.WAITING).first()
    if waiting:
        return waiting
    made = DataFile.objects.create(client=client, asked_by=by, asked_at=clock.now())
    _record("personal_data.asked", made, by=by)
    return made


def list_of(client_id: int) -> list[DataFile]:
    """The latest first; those of the last weeks are enough."""
    return list(DataFile.objects.filter(client_id=client_id).select_related("asked_by").order_by("-asked_at")[:20])


def take(given: DataFile, *, by: Person) -> File[bytes]:
    """Opened, for whoever has asked for it; each time stands in the journal."""
    if given.asked_by_id != by.pk:
        raise Refused(_("Only whoever has asked for the file may take it. Ask for one yourself."))
    if given.state != State.MADE:
        raise Refused(_("This file is not there any more. Ask for another one."))
    try:
        found: File[bytes] = given.file.open("rb")
    except FileNotFoundError as lost:
        raise Refused(_("This file is not there any more. Ask for another one.")) from lost
    with transaction.atomic():
        _record("personal_data.downloaded", given, by=by)
    return found


def go_on() -> bool:
    """Makes the oldest that somebody waits for; False: there is nothing to do."""
    if not DataFile.objects.filter(state=State.WAITING).exists():
        return False
    with alone(LOCK) as nobody_else:
        waiting = DataFile.objects.filter(state=State.WAITING).select_related("asked_by").order_by("asked_at").first()
        if waiting is None or not nobody_else:
            return False
        waiting.tries += 1
        waiting.save(update_fields=["tries"])
        if waiting.tries > MOST_TRIES:
            _end(waiting, State.FAILED)
        else:
            _make(waiting)
    return True


def forget_old() -> None:
    old = DataFile.objects.filter(state=State.MADE, asked_at__lt=clock.now() - KEPT)
    for one in old.order_by("asked_at"):
        one.file.delete(save=False)
        one.state = State.GONE
        one.save(update_fields=["state", "file"])


def _make(waiting: DataFile) -> None:
    """In the language of whoever will hand it on."""
    with translation.override(waiting.asked_by.language), tempfile.TemporaryDirectory() as place:
        made = Path(place) / "data.zip"
        waiting.rows = collecting.write(waiting.client_id, made, workshop=Path(place))
        waiting.bytes = made.stat().st_size
        with made.open("rb") as content:
            waiting.file.save(f"{waiting.pk}.zip", File(content), save=False)
    waiting.made_at = clock.now()
    _end(waiting, State.MADE)


@transaction.atomic
def _end(waiting: DataFile, state: str) -> None:
    waiting.state = state
    waiting.save()
    _record("personal_data.made" if state == State.MADE else "personal_data.failed", waiting, by=waiting.asked_by)


def _record(verb: str, given: DataFile, *, by: Actor) -> None:
    record(verb, About("client", given.client_id, client_id=given.client_id), by=by)
