"""Company C: a client rings the first line, who sees at once who looks after him, and passes him on with one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from svyazka.business.calls import commands
from svyazka.business.calls.conftest import ABLE
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Done, Kind, Way
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.models import Deal, Pipeline, Task
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.journal.models import LiveEvent
from svyazka.business.staff.models import Absence
from svyazka.kit import clock

CODE, NUMBER = "oktell/main", "79161234567"


@pytest.fixture(autouse=True)
def _pbx(projects, settings):
    settings.PHONE_SYSTEMS = {"oktell": ABLE}
    Pbx.objects.create(code=CODE, driver="oktell", host="127.0.0.1", port=4055, connected_at=clock.now())


@pytest.fixture
def romashka(projects):
    """Sold by Timur, prepared by Pavel, who is on leave; Sofia has just begun to sell them something else."""
    now = clock.now()
    found = Client.objects.create(name="ООО «Ромашка»")
    ContactPoint.objects.create(client=found, kind="phone", value=f"+{NUMBER}")

    def deal(pipeline, login, *, first=None, closed_at=None):
        path = Pipeline.objects.get(code=pipeline)
        return Deal.objects.create(
            client=found, pipeline=path, stage=path.stages.first(), responsible=projects[login],
            department=path.department, first=first, parent=first, opened_at=now, stage_since=now, closed_at=closed_at,
        )  # fmt: skip

    deal("preparation", "pavel", first=deal("sales", "timur", closed_at=now))
    deal("sales", "sofia")
    Absence.objects.create(person=projects["pavel"], during=(now - timedelta(days=1), now + timedelta(days=2)))
    return found


class Telephone:
    """What the telephone system says of one call."""

    def __init__(self) -> None:
        self.begun, self.second = clock.now() - timedelta(minutes=1), 0

    def says(self, kind, leg="call", extension="", **facts):
        self.second += 1
        at = self.begun + timedelta(seconds=self.second)
        arrival = Arrival(pk=1, received_at=at, account=CODE, connector="oktell", conversation=f"{CODE}/call")
        take_call([CallEvent(CODE, "call", kind, at, leg, extension, **facts)], arrival=arrival)
        return Call.objects.get(key="call")

    def rings_at(self, extension):
        self.says(Kind.START, client_number=NUMBER, our_number="78002000301")
        return self.says(Kind.RING, extension, extension)

    def is_answered_at(self, extension, bridge="b"):
        self.says(Kind.ANSWER, extension, extension)
        self.says(Kind.JOIN, extension, extension, bridge=bridge)
        return self.says(Kind.JOIN, bridge=bridge)

    def passes_on(self, extension, to, way=Way.BLIND):
        self.says(Kind.TRANSFER, extension, extension, to=to, way=way)
        self.says(Kind.PART, bridge="b")
        return self.says(Kind.HANGUP, extension, extension)


def done():
    commands.done(f"svyazka{PhoneCommand.objects.latest('pk').pk}x0", Done())


def card(page, call, **asked):
    return page.get(reverse("call_card", args=[call.pk]), asked).content.decode()


def ask(page, call, do, person=None):
    given = {"do": do, "click": f"{do}-{call.pk}", **({"to": person.pk} if person else {})}
    answer = page.post(reverse("call_commands", args=[call.pk]), given)
    assert answer.status_code == 200
    return answer.content.decode()


def cards_come_up_at():
    return [event.people for event in LiveEvent.objects.filter(topic="call").order_by("id") if "to_me" in event.data]


def test_w13_c6_the_first_line_sees_three_departments_during_the_ring_and_one_click_passes_the_client_on(
    projects, romashka, enter
):
    olga, sofia = projects["olga"], projects["sofia"]
    phone = Telephone()
    call = phone.rings_at(olga.extension)
    page = enter(olga)
    seen = page.get(reverse("call_card", args=[call.pk])).context["groups"]
    assert [(group.name, [(row.name, row.tone) for row in group.rows]) for group in seen] == [
        ("Отдел продаж", [("София Морозова", "good")]),
        ("Подготовка проектов", [("Павел Никитин", "")]),
        ("Ведение проектов", []),
    ]
    assert "отсутствует" in card(page, call)

    phone.is_answered_at(olga.extension)
    assert "Переводим: София Морозова" in ask(page, call, "transfer", sofia)
    command = PhoneCommand.objects.get()
    assert (command.do, command.extension, command.number) == ("transfer", olga.extension, sofia.extension)
    phone.passes_on(olga.extension, sofia.extension)
    done()
    assert "Звонок переведён: София Морозова, идёт вызов" in card(page, call)

    phone.says(Kind.RING, sofia.extension, sofia.extension)
    assert cards_come_up_at() == [[olga.pk], [sofia.pk]]
    assert "ООО «Ромашка»" in card(enter(sofia), call)
    phone.is_answered_at(sofia.extension, bridge="c")
    assert "Разговор" in card(enter(sofia), call)
    assert card(enter(olga), call, leave=1) == ""


def test_c6_a_colleague_is_asked_first_and_gets_the_client_or_not(projects, romashka, enter):
    olga, sofia = projects["olga"], projects["sofia"]
    phone = Telephone()
    call = phone.rings_at(olga.extension)
    phone.is_answered_at(olga.extension)
    page = enter(olga)
    for last in ("come_back", "connect"):
        PhoneCommand.objects.all().delete()
        ask(page, call, "consult", sofia)
        done()
        asked = card(page, call)
        assert ("Соединить: София Морозова" in asked, "Вернуться к клиенту" in asked) == (True, True)
        ask(page, call, last)
        done()
        assert "Соединить" not in card(page, call)
    phone.passes_on(olga.extension, sofia.extension, Way.ATTENDED)
    assert Interaction.objects.get(kind="call").data["passed_on"] == [sofia.full_name]


def test_c6_whoever_is_away_is_left_a_task_on_his_deal_for_when_he_is_back(projects, romashka, enter):
    olga, pavel = projects["olga"], projects["pavel"]
    phone = Telephone()
    call = phone.rings_at(olga.extension)
    deal = Deal.objects.get(responsible=pavel)
    given = {"to": pavel.pk, "deal": deal.pk, "comment": "просит смету"}
    said = enter(olga).post(reverse("call_tasks", args=[call.pk]), given).content.decode()
    task = Task.objects.get(person=pavel, by=olga)
    assert (task.deal, task.what) == (deal, "Перезвонить: ООО «Ромашка», +7 916 123-45-67. просит смету")
    assert task.due_at > clock.now() + timedelta(days=2)
    assert "Дело оставлено: Павел Никитин" in said
    assert Task.objects.filter(person=pavel).count() == 1


def test_w13_a_click_in_a_deal_rings_the_client_and_the_call_stands_in_that_deal(projects, romashka, enter):
    sofia = projects["sofia"]
    prepared = Deal.objects.get(responsible=projects["pavel"])
    page = enter(sofia)
    answer = page.post(reverse("calls_out"), {"number": f"+{NUMBER}", "deal": prepared.pk, "click": "1", "anyway": "1"})
    command = PhoneCommand.objects.get()
    assert (answer.status_code, command.do, command.extension) == (200, "dial", sofia.extension)
    PhoneCommand.objects.update(call_key="call")
    phone = Telephone()
    phone.says(Kind.START, "call", sofia.extension)
    call = phone.says(Kind.RING, "trunk", client_number=NUMBER)
    seen = card(page, call)
    assert ("Звоним клиенту" in seen, f'data-instead="dial-{command.pk}"' in seen) == (True, True)
    assert (call.deal_id, cards_come_up_at()) == (prepared.pk, [[sofia.pk]])
    phone.says(Kind.ANSWER, "trunk")
    assert "Разговор" in card(page, call)
    assert Interaction.objects.get(kind="call").deal_id == prepared.pk
