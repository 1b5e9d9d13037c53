"""The devices on which a person hears of it while no page of ours is open."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.notices.models import Device
from svyazka.business.staff.models import Person, Session
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused

MOST = 10


@dataclass(frozen=True)
class Address:
    """Where a device is reached, and with which keys it is written to."""

    endpoint: str
    key: str = ""
    auth: str = ""


@dataclass(frozen=True)
class Letter:
    """What a device shows. `tag`: the same notice once more takes its own place."""

    title: str
    text: str
    url: str
    tag: str


class Gone(Exception):
    """There is no such device any more."""


class TryLater(Exception):
    """It could not be reached now. `after`: seconds for which the other side asks us to wait; none, where it said
    nothing."""

    def __init__(self, trouble: str, *, after: float = 0.0):
        super().__init__(trouble)
        self.after = after


class Outlet(Protocol):
    """A way to devices: web push. Found through `settings.NOTICE_OUTLETS`."""

    def key(self) -> str:
        """What a device has to know to accept letters from us."""

    def accepts(self, address: Address) -> bool:
        """Whether this can be such an address at all: we write to nobody else."""

    def send(self, address: Address, letter: Letter) -> None:
        """Raises Gone or TryLater."""


def outlet(kind: str) -> Outlet:
    made: Outlet = import_string(settings.NOTICE_OUTLETS[kind])()
    return made


@transaction.atomic
def add(person: Person, address: Address, *, kind: str, session: Session) -> Device:
    """Whoever had it before has it no longer: a browser shows the notices of one person."""
    if not outlet(kind).accepts(address):
        raise Refused(_("This browser gives an address that we do not write to."))
    mark = secrets.fingerprint(address.endpoint)
    if not Device.objects.filter(fingerprint=mark).exists() and person.devices.count() >= MOST:
        raise Refused(_("These are too many devices. End one that you no longer use."))
    locked = secrets.lock_away(json.dumps(asdict(address)))
    given = {"person": person, "session": session, "kind": kind, "secret": locked, "created_at": clock.now()}
    device, is_new = Device.objects.update_or_create(fingerprint=mark, defaults=given)
    if is_new:
        record("notices.device_added", About("person", person.pk), by=person)
    return device


@transaction.atomic
def end(device: Device, *, by: Actor) -> None:
    record("notices.device_ended", About("person", device.person_id), by=by)
    device.delete()


def address_of(device: Device) -> Address:
    return Address(**json.loads(secrets.take_out(device.secret)))
