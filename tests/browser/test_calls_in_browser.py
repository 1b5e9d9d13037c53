"""Calls under the hands of two operators: who takes the client, with one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.calls import commands
from svyazka.business.calls.conftest import ABLE
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import CallEvent, Done, Kind, Way
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal, Pipeline, Task
from svyazka.business.deals.work import tasks
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.business.staff.models import Absence
from svyazka.kit import clock

pytestmark = pytest.mark.slow
CODE = "asterisk/lab1"


@pytest.fixture(autouse=True)
def _pbx(projects, settings):
    settings.PHONE_SYSTEMS = {"asterisk": ABLE}
    Pbx.objects.create(code=CODE, driver="asterisk", host="127.0.0.1", port=5038, connected_at=clock.now())


@pytest.fixture
def client_of_c(projects):
    """A sale that went on to the preparation, whose responsible person is on leave, and another that is just begun."""
    now = clock.now()
    found = Client.objects.create(name="ООО «Ромашка»", address="Новосибирск, Красный проспект, 1")
    ContactPoint.objects.create(client=found, kind="phone", value="+79161234567")

    def deal(pipeline, login, *, first=None, closed_at=None):
        path = Pipeline.objects.get(code=pipeline)
        return Deal.objects.create(
            client=found, pipeline=path, stage=path.stages.first(), responsible=projects[login],
            department=path.department, first=first, parent=first, opened_at=now, stage_since=now, closed_at=closed_at,
        )  # fmt: skip

    prepared = deal("preparation", "pavel", first=deal("sales", "timur", closed_at=now))
    tasks.plan(prepared, "Согласовать сценарий", due_at=now + timedelta(hours=3), by=projects["pavel"])
    deal("sales", "sofia")
    away = (now - timedelta(days=1), now + timedelta(days=2))
    Absence.objects.create(person=projects["pavel"], during=away, note="отпуск")
    return found


def tell(kind, leg="k1", extension="", *, key="k1", second=0, **facts):
    begun = clock.now() - timedelta(minutes=1)
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    event = CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg, extension, **facts)
    return Call.objects.get(pk=take_call([event], arrival=arrival)["call"])


def ring(*extensions, number="79161234567", key="k1"):
    tell(Kind.START, key, key=key, client_number=number, our_number="78002000301")
    for extension in extensions:
        call = tell(Kind.RING, f"{key}-{extension}", extension, key=key, second=1)
    return call


def hear(page, topic, number, *, to_me=False, **more):
    """What the event stream would bring; it has tests of its own."""
    page.evaluate(
        """([topic, detail]) => [`live:${topic}`, `live:${topic}-${detail.id}`].forEach((name) =>
            document.body.dispatchEvent(new CustomEvent(name, {detail})))""",
        [topic, {"topic": topic, "id": number, "to_me": to_me, **more}],
    )


def did(page):
    command = PhoneCommand.objects.latest("pk")
    commands.done(f"svyazka{command.pk}x0", Done())
    hear(page, "command", command.pk)
    return command


def test_several_phones_ring_one_is_lifted_and_the_client_goes_on_with_one_key(
    projects, client_of_c, open_page, accessible
):
    olga, timur, sofia = (open_page(projects[one], "/clients/") for one in ("olga", "timur", "sofia"))
    call = ring("101", "110")
    for page in (olga, timur):
        hear(page, "call", call.pk, to_me=True)
        expect(page.locator(f"#call-{call.pk}")).to_contain_text("Ромашка")
    tell(Kind.ANSWER, "k1-101", "101", second=3)
    tell(Kind.JOIN, second=3, bridge="b")
    call = tell(Kind.JOIN, "k1-101", "101", second=3, bridge="b")
    for page in (olga, timur):
        hear(page, "call", call.pk)
    card = olga.locator(f"#call-{call.pk}")
    expect(timur.locator(f"#call-{call.pk}")).to_contain_text("Отвечает Ольга Белова")
    expect(card).to_contain_text("отсутствует")
    accessible(olga)
    olga.keyboard.press("F2")
    expect(card).to_be_focused()
    olga.keyboard.press("1")
    expect(card).to_contain_text("Переводим: София Морозова")
    expect(card).to_be_focused()
    command = did(olga)
    assert (command.do, command.number) == ("transfer", "111")
    tell(Kind.TRANSFER, "k1-101", "101", second=5, to="111", way=Way.BLIND)
    tell(Kind.HANGUP, "k1-101", "101", second=5)
    call = tell(Kind.RING, "k1-111", "111", second=6)
    hear(sofia, "call", call.pk, to_me=True)
    expect(sofia.locator(f"#call-{call.pk}")).to_contain_text("Ромашка")
    hear(olga, "call", call.pk)
    expect(card).to_contain_text("Звонок переведён: София Морозова, идёт вызов")


def test_a_colleague_is_found_and_asked_and_a_folded_card_stays_folded(projects, client_of_c, open_page, accessible):
    page = open_page(projects["olga"], "/clients/", width=390, height=844, dark=True)
    call = ring("101")
    hear(page, "call", call.pk, to_me=True)
    card = page.locator(f"#call-{call.pk}")
    expect(card).to_contain_text("Ромашка")
    call = tell(Kind.ANSWER, "k1-101", "101", second=3)
    hear(page, "call", call.pk)
    card.get_by_placeholder("Кому-то ещё").fill("эду")
    card.get_by_role("button", name="Сначала спросить: Эдуард Ким").click()
    expect(card).to_contain_text("Вызываем: Эдуард Ким")
    did(page)
    expect(card.get_by_role("button", name="Соединить: Эдуард Ким")).to_be_enabled()
    accessible(page)
    card.get_by_label("Комментарий к делу").fill("просит смету")
    card.get_by_role("button", name="Оставить дело: Павел Никитин").click()
    expect(page.locator("#toasts")).to_contain_text("Дело оставлено: Павел Никитин")
    assert Task.objects.get(by=projects["olga"]).what.endswith("просит смету")
    card.get_by_role("button", name="Свернуть карточку").click()
    expect(card.get_by_role("button", name="Вернуться к клиенту")).to_be_hidden()
    page.reload()
    expect(card).to_be_visible()
    expect(card.get_by_role("button", name="Вернуться к клиенту")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_number_is_rung_with_a_click_wherever_it_stands(projects, client_of_c, open_page):
    deal = Deal.objects.get(responsible=projects["sofia"])
    page = open_page(projects["sofia"], f"/deals/{deal.pk}/")
    page.locator("#deal-client a[href^='tel:']").click()
    # At night in Novosibirsk a question comes first.
    dial, asks = page.locator("#call-cards .call-card"), page.get_by_role("button", name="Всё равно позвонить")
    expect(dial.or_(asks)).to_be_visible()
    if asks.is_visible():
        asks.click()
    expect(dial).to_contain_text("снимите трубку")
    command = PhoneCommand.objects.get()
    assert (command.number, command.deal_id) == ("+79161234567", deal.pk)
    PhoneCommand.objects.update(call_key="k1")
    tell(Kind.START, "k1", "111")
    call = tell(Kind.RING, "trunk", second=1, client_number="79161234567")
    hear(page, "call", call.pk, to_me=True)
    expect(page.locator(f"#call-{call.pk}")).to_contain_text("Звоним клиенту")
    expect(page.locator(f"#dial-{command.pk}")).to_have_count(0)
    page.locator(f"#call-{call.pk}").get_by_role("button", name="Больше не звонить").click()
    page.get_by_role("dialog").get_by_role("button", name="Больше не звонить").click()
    expect(page.locator("#toasts")).to_contain_text("Больше не звоним")
    page.locator(f"#call-{call.pk} a[href^='tel:']").first.click()
    expect(page.locator("#toasts")).to_contain_text("звонить нельзя: просьба клиента")
    assert PhoneCommand.objects.count() == 1


def test_a_softphone_of_the_browser_takes_the_number_instead(projects, client_of_c, open_page):
    deal = Deal.objects.get(responsible=projects["sofia"])
    page = open_page(projects["sofia"], f"/deals/{deal.pk}/")
    page.evaluate(
        """() => {
            document.addEventListener("svyazka:softphone", (event) => event.preventDefault());
            document.addEventListener("svyazka:dial", (event) => {
                event.preventDefault();
                document.body.dataset.dialled = `${event.detail.number} ${event.detail.deal}`;
            });
        }"""
    )
    page.locator("#deal-client a[href^='tel:']").click()
    asks, told = page.get_by_role("button", name="Всё равно позвонить"), page.locator("body[data-dialled]")
    expect(told.or_(asks).first).to_be_visible()
    if asks.is_visible():
        asks.click()
    expect(told).to_have_attribute("data-dialled", f"+79161234567 {deal.pk}")
