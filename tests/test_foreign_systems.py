# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The contract of a system that a company moves over from, over all of them, before stand-ins on real sockets."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings as house
from django.utils import translation

from svyazka.business.moving_in import system
from svyazka.business.moving_in.foreign import KINDS
from svyazka.business.moving_in.system import Access, TryLater
from svyazka.connectors.amocrm import conftest as of_amocrm
from svyazka.connectors.amocrm.conftest import amo  # noqa: F401
from svyazka.connectors.bitrix24 import conftest as of_bitrix24
from svyazka.connectors.bitrix24.conftest import bitrix  # noqa: F401
from svyazka.kit.refusals import Refused

WORLDS = {"amocrm": ("amo", of_amocrm), "bitrix24": ("bitrix", of_bitrix24)}


class Company:
    """One that works in such a system."""

    def __init__(self, code: str, peer, world) -> None:
        self.code, self.peer, self._world = code, peer, world

    def fill(self, clients: int) -> None:
        self._world.fill(self.peer, clients=clients)

    def entered(self):
        return self._world.entered(self.peer)

    def all(self, kind, **more) -> list:
        things, unreadable = self._world.read_all(self.entered(), kind, **more)
        assert unreadable == []
        return things


@pytest.fixture(params=sorted(house.FOREIGN_SYSTEMS))
def company(request) -> Company:
    fixture, world = WORLDS[request.param]
    return Company(request.param, request.getfixturevalue(fixture), world)


def test_all_that_a_system_knows_fits_together(company):
    company.fill(300)
    known = {kind: company.all(kind) for kind in KINDS}
    numbers = {kind: [thing.id for thing in things] for kind, things in known.items()}
    assert all(len(set(ids)) == len(ids) > 0 for ids in numbers.values())
    people, stages, clients, deals = (set(numbers[kind]) for kind in KINDS[:4])
    assert {one.responsible_id for one in known["clients"] + known["deals"]} <= people
    assert {one.stage_id for one in known["deals"]} <= stages
    assert {one.pipeline_id for one in known["deals"]} <= {one.pipeline_id for one in known["stages"]}
    assert {one for deal in known["deals"] for one in deal.client_ids} <= clients
    events = known["events"]
    assert {one.client_id for one in events if one.client_id} <= clients
    assert {one.deal_id for one in events if one.deal_id} <= deals
    assert all(one.client_id or one.deal_id for one in events)
    assert {one.kind for one in events} >= {"call", "note", "task", "stage"}
    assert {one.end for one in known["stages"]} == {"", "won", "lost"}
    moments = [one.created_at for one in known["clients"]] + [one.at for one in events]
    assert {at.utcoffset() for at in moments} == {timedelta()}


def test_counts_and_sums_are_those_of_what_is_read(company):
    company.fill(120)
    counts = company.entered().counts()
    assert counts == {kind: len(company.all(kind)) for kind in counts}
    assert {"clients", "deals"} <= set(counts)
    deals = company.all("deals")
    numbers = Counter(one.stage_id for one in deals)
    sums = {
        stage: sum((one.sum or Decimal() for one in deals if one.stage_id == stage), Decimal()) for stage in numbers
    }
    assert {stage: (number, amount) for stage, number, amount in company.entered().sums()} == {
        stage: (numbers[stage], sums[stage]) for stage in numbers
    }


@pytest.mark.parametrize("kind", KINDS)
def test_each_page_can_be_read_by_another_process(company, kind):
    company.fill(300)
    read, after = [], ""
    while True:
        page = company.entered().read(kind, after=after)
        assert page.things == company.entered().read(kind, after=after).things  # again, if what came of it was lost
        read += page.things
        if not page.next:
            break
        after = page.next
    assert read == company.all(kind)


def test_a_place_that_is_none_is_a_fault_of_ours(company):
    for place in ("nowhere", "nowhere:1", "nowhere:1:1"):
        with pytest.raises(ValueError):
            company.entered().read("clients", after=place)


def test_nothing_has_changed_since_tomorrow(company):
    company.fill(60)
    since = datetime.now(UTC) + timedelta(days=1)
    assert [company.all(kind, since=since) for kind in ("clients", "deals", "events")] == [[], [], []]


def test_it_says_its_name_and_which_account_it_is(company):
    company.fill(3)
    from_there = company.entered()
    assert from_there.name()
    assert from_there.account.startswith("127.0.0.1:")


@pytest.mark.parametrize("fault", [429, 503, "half", "cut"])
def test_trouble_passes(company, fault):
    company.fill(3)
    from_there = company.entered()
    company.peer.faults.waiting.append(fault)
    with pytest.raises(TryLater) as told:
        from_there.read("people")
    assert 0 < told.value.seconds <= 900
    assert from_there.read("people").things


def test_it_is_found_by_its_code_and_says_what_it_needs(company):
    kind = system.of_code(company.code)
    assert isinstance(company.entered(), kind)
    assert kind.title
    names = [one.name for one in kind.inputs]
    assert len(set(names)) == len(names)
    assert any(one.is_secret for one in kind.inputs)
    with translation.override("ru"):
        words = [str(text) for one in kind.inputs for text in (one.title, one.help) if text]
        words += [str(text) for text in kind.reasons.values()]
    assert all(any("а" <= letter.lower() <= "я" or letter == "." for letter in text) for text in words)


def test_without_what_it_needs_nobody_is_asked(company):
    kind = system.of_code(company.code)
    for given in ({}, {one.name: "" for one in kind.inputs}, {one.name: "что-то" for one in kind.inputs}):
        with pytest.raises(Refused) as told:
            kind(Access(given))
        assert set(told.value.fields) <= {one.name for one in kind.inputs}
        assert told.value.fields
    assert company.peer.asked == []


def test_texts_are_such_as_a_database_takes(company):
    company.fill(3)
    if company.code == "amocrm":
        company.peer.change("contacts", 700_001, name="Ве\x00ра \ud83d")
    else:
        company.peer.change(of_bitrix24.CONTACT, 1, name="Ве\x00ра \ud83d", lastName="")
    (one,) = [client for client in company.all("clients") if client.id.startswith("contact-") and "ра" in client.name]
    assert one.name == "Вера ?"
