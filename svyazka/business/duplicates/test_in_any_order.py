"""Whoever is merged with whom, undone and edited in between, in whatever order: after undoing all of it, every table is
as if only the edits had been done."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.models import Call
from svyazka.business.clients import apart, change, found_by, history, identify
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ContactPoint, Trait
from svyazka.business.deals.known import client_facts
from svyazka.business.deals.models import CallingHold, Deal, Field, MissedCall, RingBack, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import next_steps, tasks
from svyazka.business.duplicates.merging import merge, undo
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.models import Notice
from svyazka.business.visits.models import Resource, Visit, VisitKind, Waiting
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOUSE = Automaton("test")
MANY = 4
client = st.integers(0, MANY - 1)
EDITS = ("name", "note", "address", "fact", "noted", "deal", "contact", "removal", "call", "tick", "apart")
step = st.one_of(
    st.tuples(st.just("merge"), client, client),
    st.tuples(st.just("merge"), client, client),
    st.tuples(st.just("undo"), st.integers(0, 5), st.just(0)),
    st.tuples(st.sampled_from(EDITS), client, st.integers(0, 3)),
)
TABLES = {
    "clients_client": "to_jsonb(t) - 'version'",
    "clients_contactpoint": "to_jsonb(t)",
    "clients_trait": "to_jsonb(t)",
    "clients_interaction": "to_jsonb(t) - 'id'",
    "clients_apart": "to_jsonb(t)",
    "clients_searchposting": "to_jsonb(t) - 'id'",
    "clients_clientkey": "to_jsonb(t)",
    "clients_clientrecord": "to_jsonb(t)",
    "deals_deal": "to_jsonb(t)",
    "deals_task": "to_jsonb(t)",
    "deals_ringback": "to_jsonb(t)",
    "deals_missedcall": "to_jsonb(t)",
    "deals_callinghold": "to_jsonb(t)",
    "deals_factkey": "to_jsonb(t)",
    "visits_visit": "to_jsonb(t)",
    "visits_waiting": "to_jsonb(t)",
    "calls_call": "to_jsonb(t)",
    "duplicates_suspicion": "to_jsonb(t)",
    "notices_notice": "to_jsonb(t)",
}
NUMBERED = ("deals_deal", "deals_task", "clients_contactpoint", "calls_call", "clients_apart", "notices_notice")


@pytest.fixture
def company(windows, monkeypatch):
    moment = clock.now().replace(microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: moment)
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)
    return windows


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, max_size=14), oldest_first=st.booleans())
def test_after_all_is_undone_only_the_edits_are_left(company, steps, oldest_first):
    with transaction.atomic():
        clients = world(company)
        start = numbers()
        done: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        with transaction.atomic():
            for place, (what, first, second) in enumerate(steps):
                with contextlib.suppress(Refused), transaction.atomic():
                    if what == "merge":
                        merge(clients[first], clients[second], by=company["olga"])
                    elif what == "undo":
                        for one in Merge.objects.order_by("pk")[first : first + 1]:
                            undo(one, by=company["olga"])
                    elif edit := prepared(what, clients[first].pk, second, place, company):
                        edit[0](*edit[1])
                        done.append(edit)
                for one in clients:
                    one.refresh_from_db()
            for one in Merge.objects.filter(undone_at=None).order_by("pk" if oldest_first else "-pk"):
                undo(one, by=company["olga"])
            merged = dump()
            transaction.set_rollback(True)
        continue_from(start)
        for edit, given_to_it in done:
            edit(*given_to_it)
        alone = dump()
        transaction.set_rollback(True)
    for table in TABLES:
        assert merged[table] == alone[table]


def prepared(what: str, number: int, second: int, place: int, company) -> tuple[Callable[..., None], tuple] | None:
    """With the ids that it is about, as they are now; None where there is nothing to be done."""
    left = identify.survivor(Client.objects.get(pk=number)).pk
    said = f"Слово{place}"
    if what in ("name", "note", "address"):
        return set_own, (left, what, said)
    if what == "fact":
        return set_fact, (left, said)
    if what == "noted":
        return noted, (left, said, company["olga"])
    if what == "deal":
        return opened, (left, said, company["olga"])
    if what == "contact":
        return added, (left, f"+7999000{place:04}")
    if what == "call":
        return called, (left, place)
    if what == "removal":
        points = ContactPoint.objects.filter(client_id=left).order_by("pk")[second : second + 1]
        return (removed, (points[0].pk,)) if points else None
    if what == "tick":
        due = Task.objects.filter(ring_back__client_id=left, done_at=None).first()
        return (ticked, (due.pk, company["olga"])) if due else None
    other = Client.objects.filter(merged_into=None).exclude(pk=left).order_by("pk")[second : second + 1]
    return (said_apart, (left, other[0].pk)) if other else None


def set_own(number, field, said):
    change.change(Client(pk=number), {field: said}, by=HOUSE)


def set_fact(number, said):
    client_facts.change(Client(pk=number), {}, {"nick": said}, by=HOUSE)


def noted(number, said, by):
    history.note(number, said, deal_id=None, by=by)


def opened(number, said, person):
    open_deal(Client.objects.get(pk=number), address=said, responsible=person, by=HOUSE)


def added(number, phone):
    change.add_contact(Client(pk=number), phone, by=HOUSE)


def removed(number):
    change.remove_contact(ContactPoint.objects.get(pk=number), by=HOUSE)


def called(number, place):
    Call.objects.create(started_at=clock.now(), pbx_code="asterisk/main", key=f"call{place}", client_id=number)


def ticked(number, by):
    tasks.done(Task.objects.get(pk=number), by=by)


def said_apart(one, other):
    apart.say(Client(pk=one), Client(pk=other), by=HOUSE)


def world(company) -> list[Client]:
    """Clients with something in every table that goes along."""
    Field.objects.get_or_create(code="nick", defaults={"of": "client", "kind": "text", "is_searched": True})
    clients = [Client.objects.create(name=f"Вера {word}", address=f"Лесная, {word}") for word in "абвг"]
    for place, one in enumerate(clients):
        own = {"note": f"Заметка {place}"} if place % 2 else {}
        client_facts.change(one, own, {"nick": f"ник{place}"} if place != 1 else {}, by=HOUSE)
        ContactPoint.objects.create(client=one, kind="phone", value="+79161234567", shown="общий" if place else "")
        ContactPoint.objects.create(client=one, kind="phone", value=f"+7916000000{place}")
        Trait.objects.create(client=one, kind="name", value="Верочка")
        Trait.objects.create(client=one, kind="name", value=f"Вера {'абвг'[(place + 1) % MANY]}")
        deal = open_deal(one, responsible=company["olga"], by=HOUSE)
        history.note(one.pk, f"Просила {place}", deal_id=deal.pk, by=company["olga"])
        called(one.pk, f"world{place}")
        if place < 3:
            rung(one, deal, place)
        visit(one, deal)
        Notice.objects.create(person=company["olga"], kind="call.missed", at=clock.now(), client_id=one.pk)
    task = Task.objects.order_by("pk")[0]
    CallingHold.objects.create(task=task, client=clients[1], person=company["olga"], until=clock.now())
    for one, other in ((1, 0), (2, 0), (2, 1), (3, 2)):
        Suspicion.objects.create(client=clients[one], other=clients[other], probability=0.5, weights="1")
    found_by.index_all([one.pk for one in clients])
    filing.file([one.pk for one in clients])
    next_steps.show_on_deals(Deal.objects.values_list("pk", flat=True))
    return clients


def rung(one: Client, deal: Deal, place: int) -> None:
    at = clock.now() - timedelta(hours=place)
    task = Task.objects.create(deal=deal, kind="call", what=f"Перезвонить {place}", due_at=at + timedelta(minutes=5))
    known = RingBack.objects.create(client=one, task=task, first_missed_at=at, last_missed_at=at, times=place + 1)
    MissedCall.objects.create(call_id=1000 + place, ring_back=known)


def visit(one: Client, deal: Deal) -> None:
    kind, begins = VisitKind.objects.all()[0], clock.now() + timedelta(days=1)
    Visit.objects.create(
        deal=deal,
        client=one,
        kind=kind,
        address=one.address,
        request_id=uuid4(),
        resource=Resource.objects.all()[0],
        starts_at=begins,
        ends_at=begins + timedelta(hours=1),
    )
    Waiting.objects.create(
        deal=deal, client=one, kind=kind, address=one.address, since=begins, until=begins.date(), looked_at=begins
    )


def dump() -> dict[str, list[str]]:
    """Every row of every table that goes along, but for the lines that tell of merging itself."""
    found = {}
    with connection.cursor() as cursor:
        for table, row in TABLES.items():
            where = "where kind <> 'merged'" if table == "clients_interaction" else ""
            cursor.execute(f"select ({row})::text from {table} t {where} order by 1")
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def numbers() -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        found = []
        for table in NUMBERED:
            cursor.execute(f"select last_value from {table}_id_seq")
            found.append((table, cursor.fetchone()[0]))
    return found


def continue_from(start: list[tuple[str, int]]) -> None:
    """The same things get the same numbers again."""
    with connection.cursor() as cursor:
        for table, number in start:
            cursor.execute("select setval(%s, %s)", [f"{table}_id_seq", number])
