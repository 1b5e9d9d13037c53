"""A client of whom every table that holds anything of a client holds a row, with him in each of its words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import Field, Model

from svyazka.business.agreements.models import Agreement
from svyazka.business.calls.models import Call, DoNotCall, PhoneCommand, Recording
from svyazka.business.calls.recordings import store
from svyazka.business.clients import found_by
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ContactPoint, Interaction, SearchPosting
from svyazka.business.conversations.models import Message, Reach
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.imports.models import ImportLine
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.record import About, record
from svyazka.business.money.models import Invoice, Part
from svyazka.business.money.models import Payment as Paid
from svyazka.business.moving_in.models import MovedIn, MoveIn, MoveInEvent, MoveInRow
from svyazka.business.personal_data import steps
from svyazka.business.personal_data.tables import every
from svyazka.business.places.models import Place
from svyazka.business.site_work.models import ExtraWork
from svyazka.business.sorting.models import Sorted
from svyazka.business.visits.models import Repair, Visit, Waiting
from svyazka.kit import clock

PHONE, MAIL = "+79165550143", "zavetnaya@example.org"
NAME, STREET = "Заветнова Агриппина", "Урюпинск, ул. Сокровенная, 17"
SECRETS = ("9165550143", "zavetnaya", "заветнова", "сокровенная")
ALL = f"{NAME} {PHONE} {MAIL} {STREET}"


@pytest.fixture(autouse=True)
def files_here(tmp_path, settings, recordings_root, kept_root):
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.ERASED_LIST = tmp_path / "erased.jsonl"
    return tmp_path


@pytest.fixture
def known_everywhere(windows, olga, egor) -> Client:
    made = World(olga).make()
    Client.objects.filter(pk=made.pk).update(created_at=clock.now() - timedelta(days=400))
    made.refresh_from_db()
    return made


class World:
    def __init__(self, person: Any) -> None:
        self.person = person
        self.client = Client.objects.create(name=NAME, address=STREET, note=ALL, facts={"x": ALL}, found_by=ALL)
        self.gone = Client.objects.create(name=NAME, address=STREET, merged_into=self.client)
        ContactPoint.objects.create(client=self.client, kind="phone", value=PHONE)
        ContactPoint.objects.create(client=self.gone, kind="email", value=MAIL, shown=MAIL)
        self.deal = open_deal(self.client, by=person)
        self.made: dict[type[Model], Model] = {Client: self.client, Deal: self.deal}

    def make(self) -> Client:
        words = {"address": STREET, "facts": {"x": ALL}, "next_step": ALL[:200], "origin": {"x": ALL}}
        Deal.objects.filter(pk=self.deal.pk).update(**words)
        self.visit = self.row(Visit, status="done", starts_at=_ago(3), ends_at=_ago(2), facts={"x": ALL})
        self.call = self.row(
            Call,
            started_at=_ago(5),
            ended_at=_ago(5),
            client_number=PHONE,
            pbx_code="lab",
            key="k",
            client_id=self.client.pk,
        )
        self.of_intake()
        self.of_moving_in()
        for held in every():
            if held.model not in self.made:
                self.row(held.model)
        self.beside()
        Deal.objects.filter(pk=self.deal.pk).update(closed_at=clock.now())
        Waiting.objects.update(state=Waiting.State.REMOVED, ended_at=clock.now())
        self.index()
        return self.client

    def of_intake(self) -> None:
        mine = self.row(Arrival, account="web_form/x", connector="web_form", body=ALL.encode(), state="done")
        of_line = {"client_id": self.client.pk, "deal_id": self.deal.pk, "arrival_id": mine.pk}
        self.line = self.row(Interaction, kind="message", **of_line)
        said = f'{{"from": "{PHONE}"}}, {{"from": "+79160000001"}}'
        times = {"received_at": _ago(5), "next_try_at": _ago(5)}
        Arrival.objects.create(account="lab", connector="asterisk", outside_id="1", body=said.encode(), **times)
        Arrival.objects.create(
            account="web_form/x", connector="web_form", outside_id="2", body=ALL.encode(), state="stuck", **times
        )

    def of_moving_in(self) -> None:
        move = self.row(MoveIn, name="base.xlsx", state="done", origin="there", source="file")
        MovedIn.objects.create(
            origin="there", kind="client", outside_id="77", object_id=self.client.pk, of=move, there={"x": ALL}
        )
        self.row(MoveInRow, of=move, client_id=self.client.pk, number=1, outside_id="77")
        MoveInRow.objects.create(
            of=move, number=2, cells=["Другой"], like={"client": self.client.pk, "reasons": [ALL]}, faults=[[0, ALL]]
        )
        self.row(MoveInEvent, of=move, client_there="77", outside_id="5", kind="note", state="stored")
        move.repairs.create(rule="first_name", place=0, old=NAME, new=NAME)

    def beside(self) -> None:
        place = Place.objects.create(key="урюпинск сокровенная 17", address=STREET)
        record("places.placed", About("place", place.pk), by=self.person, note=STREET)
        PhoneCommand.objects.create(
            pbx_code="lab",
            do="dial",
            number=PHONE,
            state="done",
            asked_at=clock.now(),
            until=clock.now(),
            person_id=self.person.pk,
        )
        Repair.objects.create(
            at=clock.now(), by=self.person, changes=[{"visit": self.visit.pk, "was": {"reason": ALL}}]
        )

    def index(self) -> None:
        found_by.index(self.client.pk)
        searched.index(Deal.objects.get(pk=self.deal.pk))
        filing.file([self.client.pk, self.gone.pk])
        assert SearchPosting.objects.filter(word="сокровенная").count() == 2

    def row(self, model: type[Model], **given: Any) -> Any:
        """With him in each of its words that nobody has said to be nothing of his."""
        silent = {name for one in steps.TABLES if one.model is model for name in one.stays}
        values = {**self._values(model, silent), **SPECIAL.get(model, lambda _world: {})(self), **given}
        made = model._default_manager.create(**values)
        self.made.setdefault(model, made)
        if model is Recording:
            self._sound(made)
        if model is KeptFile:
            for place in (made.stored, f"{made.stored}.small"):
                storages["files"].save(place, ContentFile(ALL.encode()))
        return made

    def _values(self, model: type[Model], silent: set[str]) -> dict[str, Any]:
        fields = [one for one in model._meta.local_concrete_fields if not one.generated]
        of_him = model in {one.model for one in steps.TABLES}
        return {
            one.name: value
            for one in fields
            if not (one.primary_key and one.get_internal_type() in ("BigAutoField", "AutoField"))
            and (value := self._value(one, is_silent=not of_him or one.name in silent)) is not _LEFT_OUT
        }

    def _value(self, known: Field[Any, Any], *, is_silent: bool) -> Any:
        if known.is_relation:
            return self._related(known)
        kind = known.get_internal_type()
        if known.name in ("client_id", "deal_id"):
            return self.client.pk if known.name == "client_id" else self.deal.pk
        if known.choices:
            return next(code for code, _name in known.flatchoices if code) if not known.has_default() else _LEFT_OUT
        if kind == "FileField":
            return ContentFile(ALL.encode(), name="Заветнова.jpg")
        if kind in PLAIN:
            return PLAIN[kind]() if not known.null and not known.has_default() else _LEFT_OUT
        if is_silent:
            return _LEFT_OUT if known.has_default() or known.blank else {"JSONField": {}}.get(kind, "x")
        if kind == "JSONField":
            return {"text": ALL} if known.get_default() in ({}, None) else [ALL]
        if kind == "BinaryField":
            return ALL.encode()
        room = known.max_length or len(ALL)
        return next((one for one in (ALL, NAME, PHONE) if len(one) <= room), NAME[:room])

    def _related(self, known: Field[Any, Any]) -> Any:
        target: Any = known.related_model
        if target in self.made:
            return self.made[target]
        if known.null:
            return _LEFT_OUT
        existing = target._default_manager.first()
        return existing or self.row(target)

    def _sound(self, made: Recording) -> None:
        name = store.name_of(self.call.started_at, self.call.pk, 1, "wav")
        for place in (name, store.wave_of(name)):
            storages["recordings"].save(place, ContentFile(ALL.encode()))
        Recording.objects.filter(pk=made.pk).update(file=name, state="fetched")


_LEFT_OUT = object()
PLAIN: dict[str, Any] = {
    "DateTimeField": clock.now, "DateField": clock.today, "BigIntegerField": int, "IntegerField": int,
    "FloatField": float,
    "PositiveIntegerField": int, "PositiveSmallIntegerField": int, "SmallIntegerField": int, "BooleanField": bool,
    "PositiveBigIntegerField": int, "DecimalField": lambda: Decimal(1), "UUIDField": uuid4, "BigAutoField": int,
    "DurationField": timedelta, "DateTimeRangeField": lambda: (_ago(3), _ago(2)), "OneToOneField": int,
}  # fmt: skip
SPECIAL: dict[type[Model], Any] = {
    DoNotCall: lambda _world: {"number": PHONE},
    Recording: lambda world: {"call_id": world.call.pk, "call_started_at": world.call.started_at, "pbx_code": "lab"},
    Agreement: lambda _world: {"signed_at": clock.now(), "language": "ru"},
    Suspicion: lambda _world: {"other": Client.objects.create(name="Другой")},
    Merge: lambda world: {"gone": world.gone},
    ExtraWork: lambda world: {"consent_at": clock.now(), "consent_by": world.person},
    ImportLine: lambda world: {"object_id": world.client.pk},
    Message: lambda world: {"interaction_id": world.line.pk, "at": world.line.at},
    Reach: lambda _world: {"account": "sms/main", "user_id": PHONE},
    KeptFile: lambda world: {"stored": "2026/11/28/x", "client": world.client, "deal": world.deal},
    Upload: lambda world: {"client": world.client, "deal": world.deal, "size": 1},
    # One payment for one invoice: what stands in the books adds up.
    Invoice: lambda _world: {"number": Invoice.objects.count() + 1, "open_amount": 0},
    Paid: lambda _world: {"free_amount": 0},
    Part: lambda _world: {"refund": None},
    Sorted: lambda world: {"id": world.line.pk, "at": world.line.at},
}


def _ago(hours: float) -> Any:
    return clock.now() - timedelta(hours=hours)
