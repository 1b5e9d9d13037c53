from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from svyazka.business.calls import commands
from svyazka.business.calls.conftest import ABLE, ABLE_TO_DIAL
from svyazka.business.calls.dialling import do_not_call
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Done, Kind, Way
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal, Pipeline, Task
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock

CODE = "asterisk/lab1"


@pytest.fixture(autouse=True)
def pbx(projects, settings):
    for person in projects.values():
        person.language = "en"
        person.save(update_fields=["language"])
    settings.PHONE_SYSTEMS = {"asterisk": ABLE, "cloud": ABLE_TO_DIAL}
    return Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038, connected_at=clock.now())


@pytest.fixture
def ooo(projects):
    found = Client.objects.create(name="ООО «Ромашка»", address="Новосибирск, Красный проспект, 1")
    ContactPoint.objects.create(client=found, kind="phone", value="+79161234567")
    return found


def deal_of(client, pipeline, person):
    path, now = Pipeline.objects.get(code=pipeline), clock.now()
    return Deal.objects.create(
        client=client, pipeline=path, stage=path.stages.first(), responsible=person, department=path.department,
        opened_at=now, stage_since=now,
    )  # fmt: skip


def tell(kind, leg="k1", extension="", *, second=0, **facts):
    begun = clock.now() - timedelta(minutes=1)
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/k1")
    event = CallEvent(CODE, "k1", kind, begun + timedelta(seconds=second), leg, extension, **facts)
    return Call.objects.get(pk=take_call([event], arrival=arrival)["call"])


def ringing(number="79161234567"):
    tell(Kind.START, client_number=number, our_number="78002000301")
    return tell(Kind.RING, "k1-101", "101", second=1)


def talking(number="79161234567"):
    ringing(number)
    return tell(Kind.ANSWER, "k1-101", "101", second=3)


def card(browser, call):
    return browser.get(reverse("call_card", args=[call.pk]))


def ask(browser, call, do, person=None, click="a"):
    given = {"do": do, "click": click, **({"to": person.pk} if person else {})}
    return browser.post(reverse("call_commands", args=[call.pk]), given)


def did(trouble=""):
    command = PhoneCommand.objects.latest("pk")
    name = f"svyazka{command.pk}x0"
    commands.failed(name, trouble) if trouble else commands.done(name, Done())


def test_during_the_ring_one_sees_whom_one_can_transfer_to_once_one_talks(enter, projects, ooo):
    deal_of(ooo, "sales", projects["timur"])
    browser = enter(projects["olga"])
    page = card(browser, ringing()).content.decode()
    assert ("Transfer to Тимур" in page, "Ask Тимур" in page, "Leave Тимур" in page) == (True, False, True)
    early = ask(browser, Call.objects.get(), "transfer", projects["timur"])
    assert ("Once the phone is lifted" in page, early.status_code) == (True, 422)
    page = card(browser, tell(Kind.ANSWER, "k1-101", "101", second=3)).content.decode()
    assert ("Transfer to Тимур" in page, "Ask Тимур" in page, "Hang up" in page) == (True, True, True)


def test_what_became_of_the_click_is_seen_on_the_card(enter, projects, ooo):
    deal_of(ooo, "sales", projects["timur"])
    browser, call = enter(projects["olga"]), talking()
    answer = ask(browser, call, "transfer", projects["timur"])
    page = answer.content.decode()
    assert (answer.status_code, "Transferring to Тимур Ахметов…" in page, "disabled" in page) == (200, True, True)
    assert f"live:command-{PhoneCommand.objects.get().pk} from:body" in page
    did("busy")
    page = card(browser, call).content.decode()
    assert ("Not transferred to Тимур Ахметов. Busy." in page, "Try again" in page) == (True, True)


def test_a_consultation_ends_in_one_of_two_buttons(enter, projects, ooo):
    deal_of(ooo, "sales", projects["timur"])
    browser, call = enter(projects["olga"]), talking()
    ask(browser, call, "consult", projects["timur"])
    did()
    page = card(browser, call).content.decode()
    assert "You are asking Тимур Ахметов" in page
    assert ("Connect with Тимур" in page, "Take the client back" in page, "Transfer to" in page) == (True, True, False)
    ask(browser, call, "come_back", click="b")
    did()
    assert "Transfer to Тимур" in card(browser, call).content.decode()


def test_while_a_colleague_is_asked_the_card_is_no_card_of_a_call_that_is_over(enter, projects, ooo):
    """As Asterisk tells of it: the operator's voice leaves the client's bridge for another one."""
    deal_of(ooo, "sales", projects["timur"])
    browser, call = enter(projects["olga"]), talking()
    for leg, extension in (("k1", ""), ("k1-101", "101")):
        tell(Kind.JOIN, leg, extension, second=3, bridge="first")
    ask(browser, call, "consult", projects["timur"])
    did()
    tell(Kind.HOLD, "k1-101", "101", second=10)
    tell(Kind.PART, "k1-101", "101", second=10, bridge="first")
    call = tell(Kind.JOIN, "k1-101", "101", second=10, bridge="second")
    page = card(browser, call).content.decode()
    assert ("You are asking Тимур" in page, "Connect with Тимур" in page) == (True, True)
    assert "data-leaves" not in page
    tell(Kind.TRANSFER, "k1-101", "101", second=20, to=projects["timur"].extension, way=Way.ATTENDED)
    page = card(browser, call).content.decode()
    assert ("Connect with Тимур" in page, "Leave Тимур" in page, "leave=1" in page) == (False, True, False)


def test_nobody_commands_a_call_that_is_on_another_phone(enter, projects, ooo):
    call = talking()
    assert ask(enter(projects["rinat"]), call, "transfer", projects["timur"]).status_code == 422
    assert "Transfer to" not in card(enter(projects["rinat"]), call).content.decode()
    assert PhoneCommand.objects.count() == 0


@pytest.mark.parametrize(
    "nonsense", [{"do": "jump", "click": "a"}, {"do": "transfer"}, {"do": "transfer", "click": "a"}]
)
def test_nonsense_is_refused_in_words(enter, projects, ooo, nonsense):
    call = talking()
    answer = enter(projects["olga"]).post(reverse("call_commands", args=[call.pk]), nonsense)
    assert (answer.status_code, PhoneCommand.objects.count()) == (422, 0)


def test_what_the_pbx_cannot_do_is_left_out_with_a_word_why(enter, projects, ooo, pbx):
    deal_of(ooo, "sales", projects["timur"])
    browser, call = enter(projects["olga"]), talking()
    pbx.driver = "cloud"
    pbx.save()
    page = card(browser, call).content.decode()
    assert ("cannot transfer a call from the screen" in page, "Transfer to Тимур" in page) == (True, False)
    pbx.driver, pbx.lost_at = "asterisk", clock.now()
    pbx.save()
    page = card(browser, call).content.decode()
    assert ("The PBX is not connected right now" in page, "disabled" in page) == (True, True)


def test_a_task_is_left_with_the_caller_and_a_comment_and_taken_back(enter, projects, ooo):
    deal = deal_of(ooo, "sales", projects["timur"])
    browser, call = enter(projects["olga"]), talking()
    given = {"to": projects["timur"].pk, "deal": deal.pk, "comment": "ждёт смету"}
    page = browser.post(reverse("call_tasks", args=[call.pk]), given).content.decode()
    task = Task.objects.get(by=projects["olga"])
    assert (task.what, task.deal, task.person, task.kind) == (
        "Ring back: ООО «Ромашка», +7 916 123-45-67. ждёт смету", deal, projects["timur"], "call",
    )  # fmt: skip
    assert "Тимур Ахметов has the task until" in page
    answer = browser.post(reverse("call_task_removal", args=[call.pk, task.pk]))
    assert (answer.status_code, Task.objects.filter(pk=task.pk).count()) == (200, 0)


def test_a_task_for_nobody_is_refused(enter, projects, ooo):
    call = talking()
    for given in ({}, {"to": "99999"}):
        answer = enter(projects["olga"]).post(reverse("call_tasks", args=[call.pk]), given)
        assert (answer.status_code, Task.objects.filter(by=projects["olga"]).count()) == (422, 0)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("соф", ["София Морозова"]),
        ("13", ["Павел Никитин", "Полина Зайцева"]),
        ("Ведение", ["Елена Соловьёва", "Эдуард Ким"]),
        ("  ", []),
        ("%", []),
    ],
)
def test_any_other_colleague_is_found_by_name_number_or_department(enter, projects, ooo, typed, found):
    call = talking()
    answer = enter(projects["olga"]).get(reverse("call_colleagues", args=[call.pk]), {"q": typed})
    assert [row.name for row in answer.context["rows"]] == found
    assert answer.content.decode().count("Transfer to") == len(found)


def test_the_number_says_where_it_is_and_what_time_it_is_there(enter, projects):
    browser, now = enter(projects["olga"]), clock.now()
    said = card(browser, ringing("74232001122")).context["there"]
    assert said == f"Primorye · {now.astimezone(ZoneInfo('Asia/Vladivostok')):%H:%M} there"


@pytest.mark.parametrize(
    ("number", "said"),
    [("79035550001", "mobile, Russia"), ("375291234567", "from abroad (BY)"), ("74951234567", "Moscow"), ("", "")],
)
def test_other_numbers_say_what_they_can(enter, projects, number, said):
    assert card(enter(projects["olga"]), ringing(number)).context["there"] == said


def test_a_number_that_is_not_to_be_rung_is_marked(enter, projects, ooo):
    do_not_call.forbid(["+79161234567"], reason="complaint", note="ночью", by=projects["rinat"])
    assert (
        "+7 916 123-45-67 is not to be rung: a complaint: ночью"
        in card(enter(projects["olga"]), ringing()).content.decode()
    )


@pytest.mark.parametrize("many", [1, 30])
def test_the_card_costs_the_same_with_one_deal_and_thirty(enter, projects, ooo, many, django_assert_num_queries):
    people = [projects[login] for login in ("timur", "sofia", "pavel", "polina", "elena", "eduard")]
    for number in range(many):
        deal_of(ooo, ("sales", "preparation", "execution")[number % 3], people[number % 6])
    browser, call = enter(projects["olga"]), talking()
    card(browser, call)
    with django_assert_num_queries(14):
        card(browser, call)


def test_a_phone_of_the_same_number_on_another_pbx_is_somebody_elses(enter, projects, ooo):
    call, olga = talking(), projects["olga"]
    olga.pbx_code = "asterisk/lab2"
    olga.save(update_fields=["pbx_code"])
    answer = enter(olga).post(
        reverse("call_commands", args=[call.pk]), {"do": "transfer", "to": projects["timur"].pk, "click": "c1"}
    )
    assert (answer.status_code, PhoneCommand.objects.count()) == (422, 0)
    assert enter(olga).get(reverse("calls_mine")).content == b""


def test_no_transfer_is_offered_to_a_number_that_is_somebody_elses_on_this_pbx(enter, projects, ooo):
    """Timur has it on the PBX of another office; here it is Sofia's."""
    timur, sofia = projects["timur"], projects["sofia"]
    type(timur).objects.filter(pk=timur.pk).update(pbx_code="asterisk/south")
    deal_of(ooo, "sales", timur)
    browser, call = enter(projects["olga"]), talking()
    assert "Transfer to Тимур" in card(browser, call).content.decode()  # nobody else has it: the two may be joined
    type(sofia).objects.filter(pk=sofia.pk).update(pbx_code=CODE, extension=timur.extension)
    found = browser.get(reverse("call_colleagues", args=[call.pk]), {"q": "Тимур"})
    for page in (card(browser, call).content.decode(), found.content.decode()):
        assert ("Transfer to Тимур" in page, "Ask Тимур" in page, "Leave Тимур" in page) == (False, False, True)
        assert "His phone is on another PBX" in page
