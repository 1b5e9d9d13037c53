# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""A company moves over from amoCRM or Bitrix24 through the pages, before stand-ins on real sockets."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from svyazka.business.clients.models import Client, ContactPoint, Interaction, Trait
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.moving_in import going_on
from svyazka.business.moving_in.models import Account, MovedIn, MoveIn, MoveInEvent
from svyazka.business.notices.models import Notice
from svyazka.connectors.amocrm import conftest as of_amocrm
from svyazka.connectors.amocrm.conftest import amo  # noqa: F401
from svyazka.connectors.amocrm.stand_in import TOKEN
from svyazka.connectors.bitrix24 import conftest as of_bitrix24
from svyazka.connectors.bitrix24.conftest import bitrix  # noqa: F401
from svyazka.kit import clock

WORLDS = {"amocrm": ("amo", of_amocrm), "bitrix24": ("bitrix", of_bitrix24)}
CLIENTS = 12


class Company:
    """One that works in such a system, and moves over."""

    def __init__(self, code: str, peer: Any, world: Any, page: Any, *, clients: int = CLIENTS) -> None:
        self.code, self.peer, self.page = code, peer, page
        self.world = world
        world.fill(peer, clients=clients)

    def typed(self) -> dict[str, str]:
        return {"address": self.peer.url, "token": TOKEN} if self.code == "amocrm" else {"webhook": self.peer.url}

    def all(self, kind: str) -> list[Any]:
        things, _unreadable = self.world.read_all(self.world.entered(self.peer), kind)
        return things

    def tried(self) -> str:
        answer = self.page.post(f"/office/moving-in/from/{self.code}/", self.typed())
        work()
        return str(answer.headers["Location"])

    def read(self) -> str:
        address = self.tried()
        self.page.post(f"{address}reading/")
        work()
        return address

    def checked(self, **chosen: str) -> str:
        address = self.read()
        self.page.post(f"{address}mapping/", chosen)
        work()
        return address

    def moved(self) -> str:
        address = self.checked()
        self.page.post(f"{address}running/")
        work()
        return address

    def newer(self, address: str) -> str:
        new = str(self.page.post(f"{address}newer/").headers["Location"])
        work()
        self.page.post(f"{new}mapping/", {})
        work()
        self.page.post(f"{new}running/")
        work()
        return new


@pytest.fixture(params=sorted(WORLDS))
def company(request, windows, roza, enter) -> Company:
    fixture, world = WORLDS[request.param]
    return Company(request.param, request.getfixturevalue(fixture), world, enter(roza))


def work() -> None:
    while going_on.go_on():
        pass


def later() -> None:
    """What it wanted to be left alone for is over."""
    MoveIn.objects.exclude(resume_at=None).update(resume_at=clock.now() - timedelta(seconds=1))


def state(address: str) -> str:
    return MoveIn.objects.get(pk=address.rstrip("/").rpartition("/")[2]).state


def world_here() -> dict[str, Any]:
    """All that a move may touch."""
    return {
        "clients": list(Client.objects.order_by("pk").values_list("pk", "name", "address", "note")),
        "contacts": list(ContactPoint.objects.order_by("pk").values_list("pk", "value")),
        "traits": list(Trait.objects.order_by("pk").values_list("pk", "value")),
        "deals": list(Deal.objects.order_by("pk").values_list("pk", "stage_id", "amount", "next_step")),
        "tasks": list(Task.objects.order_by("pk").values_list("pk", flat=True)),
        "history": list(Interaction.objects.order_by("pk").values_list("pk", "at", "text")),
        "numbers": list(MovedIn.objects.values_list("outside_id", flat=True)),
    }


def test_w14_from_the_key_to_the_undoing(company, mikhail, vera):
    before, notices = world_here(), Notice.objects.count()
    address = company.tried()
    tried = company.page.get(address)
    assert state(address) == "tried"
    assert dict(tried.context["found"])["Сделки"] == len(company.all("deals"))
    assert not Client.objects.exclude(pk=vera.pk).exists()

    company.page.post(f"{address}reading/")
    work()
    mapping = company.page.get(address, follow=True).context
    (people,) = [group for group in mapping["parts"] if group["what"] == "people"]
    assert {word["said"] for word in people["words"]} >= {"Сотрудник 1", "Сотрудник 2"}
    (stages,) = [group for group in mapping["parts"] if group["what"] == "stages"]
    ends = {word["said"].rpartition(" / ")[2]: Stage.objects.get(pk=word["chosen"]).kind for word in stages["words"]}
    as_there = {"Закрыто": "lost", "Провалена": "lost", "Успешно реализовано": "won", "Успешна": "won"}
    assert {said: as_there.get(said, "open") for said in ends} == ends
    chosen = {word["name"]: str(mikhail.pk) for word in people["words"]}
    chosen |= {f"{word['name']}.said": word["said"] for word in people["words"]}
    company.page.post(f"{address}mapping/", chosen)
    work()
    number = company.page.get(address).context["number"]
    clients, deals, events = (company.all(kind) for kind in ("clients", "deals", "events"))
    assert number["new"] + number["joins"] + number["doubtful"] == len(clients) - number["wrong"]
    assert number["deal"] == len(deals)
    assert world_here() == before

    company.page.post(f"{address}running/")
    work()
    assert state(address) == "done"
    assert Deal.objects.count() == len(deals)
    assert sum(deal.amount or 0 for deal in Deal.objects.all()) == sum(deal.sum or 0 for deal in deals)
    assert set(Deal.objects.values_list("responsible_id", flat=True)) == {mikhail.pk}
    shown = company.page.get(address).context
    assert shown["total"]["is_equal"] is True
    assert company.page.get(f"{address}balance/").context["account"]["is_equal"] is True
    _is_history(events)
    assert Notice.objects.count() == notices

    company.page.post(f"{address}undoing/")
    work()
    assert state(address) == "undone"
    assert world_here() == before
    company.page.post(f"{address}removal/")
    assert not MoveIn.objects.exists()
    assert not Account.objects.exists()


def _is_history(events: list[Any]) -> None:
    """Each at its own date, in order; calls with all that is known of them, and open tasks to be done."""
    brought = Interaction.objects.filter(data__has_key="moved_in").exclude(text__startswith="Источник").order_by("pk")
    brought = [one for one in brought if MoveInEvent.objects.filter(interaction_id=one.pk).exists()]
    alone = MoveInEvent.objects.filter(state="alone").values_list("outside_id", flat=True)
    expected = [one for one in events if one.id not in set(alone)]
    assert Counter(one.at for one in brought) == Counter(one.at for one in expected)
    assert [one.at for one in brought] == sorted(one.at for one in brought)
    assert Counter(one.kind for one in brought) == Counter(one.kind for one in expected)
    assert _without_a_month() == 0
    calls = [one for one in brought if one.kind == "call"]
    said = {one.at: one for one in expected if one.kind == "call"}
    assert calls
    for call in calls:
        there = said[call.at]
        assert (call.direction, call.data.get("seconds")) == (there.direction, there.seconds)
        assert call.data.get("recording_there") == (there.recording or None)
    open_tasks = [one for one in expected if one.kind == "task" and not one.is_done]
    assert Counter(Task.objects.values_list("due_at", flat=True)) == Counter(one.due_at or one.at for one in open_tasks)
    assert all(task.person_id for task in Task.objects.all())


def _without_a_month() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from clients_interaction_other")
        return int(cursor.fetchone()[0])


def test_a_recording_there_can_be_listened_to(company, enter):
    company.moved()
    call = Interaction.objects.filter(data__has_key="recording_there")[0]
    answer = company.page.get(f"/clients/{call.client_id}/").content.decode()
    assert f'href="{call.data["recording_there"]}"' in answer


@pytest.mark.parametrize("fault", [429, 503, "half", "cut"])
def test_reading_waits_where_it_is_asked_to_and_goes_on_there(company, fault):
    address = company.tried()
    company.page.post(f"{address}reading/")
    for _page in range(3):
        going_on.go_on()
    company.peer.faults.waiting.append(fault)
    work()
    given = MoveIn.objects.get()
    assert (given.state, given.resume_at > clock.now()) == ("reading", True)
    assert company.page.get(address).context["because"]
    assert "Продолжится само" in company.page.get(address).content.decode()
    later()
    work()
    given.refresh_from_db()
    assert given.state == "choosing"
    assert given.rows.filter(kind="client").count() == len(company.all("clients"))
    assert given.rows.filter(kind="deal").count() == len(company.all("deals"))
    assert given.events.count() == len(company.all("events"))


def test_a_crash_while_it_is_read_loses_and_doubles_nothing(company, monkeypatch):
    from svyazka.business.moving_in import reading_system

    address = company.tried()
    company.page.post(f"{address}reading/")
    keep, pages = reading_system._learn, []

    def crash_each_second_time(*given: Any) -> None:
        pages.append(given)
        keep(*given)
        if len(pages) % 2:
            raise MemoryError

    monkeypatch.setattr(reading_system, "_learn", crash_each_second_time)
    for _time in range(200):
        try:
            if not going_on.go_on():
                break
        except MemoryError:
            continue
    given = MoveIn.objects.get()
    assert given.state == "choosing"
    assert given.rows.count() == len(company.all("clients")) + len(company.all("deals"))
    assert given.events.count() == len(company.all("events"))


def test_it_can_be_stopped_and_goes_on(company):
    address = company.tried()
    company.page.post(f"{address}reading/")
    going_on.go_on()
    company.page.post(f"{address}pause/")
    work()
    assert state(address) == "paused"
    company.page.post(f"{address}reading/")
    work()
    assert state(address) == "choosing"


def test_a_key_that_is_refused_is_said_and_entered_once_more(company):
    address = company.read()
    MoveIn.objects.update(state="paused", fault="")
    assert company.page.post(f"/office/moving-in/from/{company.code}/", company.typed()).headers["Location"] == address
    for spoiled in ({}, {name: f"{typed}ю" for name, typed in company.typed().items()}):
        answer = company.page.post(f"/office/moving-in/from/{company.code}/", spoiled)
        assert answer.status_code == 422
        assert [one["name"] for one in answer.context["inputs"] if one["fault"]]
    assert MoveIn.objects.count() == 1


def test_a_key_that_does_not_open_any_more_is_said(company):
    address = company.tried()
    Account.objects.update(locked="gAAAAA with the key of yesterday")
    company.page.post(f"{address}reading/")
    work()
    given = MoveIn.objects.get()
    assert (given.state, given.fault.partition(":")[0]) == ("paused", "Ключ не открывается")


def test_the_key_is_shown_nowhere_again(company, caplog):
    address = company.moved()
    secret = TOKEN if company.code == "amocrm" else company.peer.url
    account = Account.objects.get()
    assert secret not in account.locked
    pages = [address, "/office/moving-in/", f"/office/moving-in/from/{company.code}/", f"{address}lines/"]
    assert all(secret not in company.page.get(one).content.decode() for one in pages)
    assert secret not in caplog.text


def test_what_has_changed_there_follows_and_what_both_have_changed_is_shown(company):
    address = company.moved()
    history = Interaction.objects.count()
    mine, theirs = Deal.objects.order_by("pk")[:2]
    numbers = dict(MovedIn.objects.filter(kind="deal").values_list("object_id", "outside_id"))
    for deal in (mine, theirs):
        _change_sum(company, numbers[deal.pk], 777)
    Deal.objects.filter(pk=mine.pk).update(amount=555)
    newer = company.newer(address)
    assert state(newer) == "done"
    assert [int(Deal.objects.get(pk=one.pk).amount) for one in (mine, theirs)] == [555, 777]
    faults = company.page.get(f"{newer}lines/?of=faults").context["rows"]
    assert len(faults) == 1
    assert Deal.objects.count() == len(company.all("deals"))
    assert Interaction.objects.count() == history
    company.page.post(f"{newer}undoing/")
    work()
    theirs_before = theirs.amount
    theirs.refresh_from_db()
    assert theirs.amount == theirs_before


def test_what_is_done_there_nobody_has_to_do_here(amo, windows, roza, enter):
    company = Company("amocrm", amo, of_amocrm, enter(roza), clients=40)
    address = company.moved()
    mine, theirs = MoveInEvent.objects.exclude(task_id=None).order_by("pk")[:2]
    Task.objects.filter(pk=mine.task_id).update(version=2)  # somebody here has put it off
    before = world_here()
    for one in (mine, theirs):
        amo.change("tasks", int(one.outside_id.removeprefix("task-")), is_completed=True)
    newer = company.newer(address)
    assert not Task.objects.filter(pk=theirs.task_id).exists()
    assert Task.objects.filter(pk=mine.task_id).exists()
    assert Interaction.objects.get(pk=theirs.interaction_id).data["event"] == "done"
    company.page.post(f"{newer}undoing/")
    work()
    after = world_here()
    theirs.refresh_from_db()
    assert Task.objects.filter(pk=theirs.task_id, done_at=None).exists()
    assert len(after.pop("tasks")) == len(before.pop("tasks"))
    assert after == before
    Task.objects.filter(pk=mine.task_id).update(version=1)
    company.page.post(f"{address}undoing/")
    work()
    assert not Task.objects.exists()
    assert not Deal.objects.exists()


def _change_sum(company: Company, number: str, amount: int) -> None:
    if company.code == "amocrm":
        company.peer.change("leads", int(number), price=amount)
    else:
        company.peer.change(of_bitrix24.DEAL, int(number.rpartition("-")[2]), opportunity=amount)


def test_what_somebody_has_worked_on_stays_with_its_history(company, roza):
    from svyazka.business.clients import history

    address = company.moved()
    task = Task.objects.exclude(deal=None)[0]
    deal = task.deal
    history.note(deal.client_id, "Звонила, ждёт замер", deal_id=deal.pk, by=roza)
    lines = set(Interaction.objects.filter(deal_id=deal.pk).values_list("pk", flat=True))
    company.page.post(f"{address}undoing/")
    work()
    assert list(Deal.objects.values_list("pk", flat=True)) == [deal.pk]
    assert set(Interaction.objects.filter(deal_id=deal.pk).values_list("pk", flat=True)) == lines
    assert Task.objects.filter(deal=deal).exists()
    assert company.page.get(address).context["happened"]["kept"] == len(lines) - 1


def test_pages_take_the_same_number_of_questions(company, django_assert_max_num_queries):
    address = company.checked()
    with django_assert_max_num_queries(40) as asked:
        assert company.page.get(f"{address}now/").status_code == 200
    assert len(asked) < 15
