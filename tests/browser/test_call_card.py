"""The call card under an operator's hands."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.deals.models import Deal
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_call
from svyazka.kit import clock

pytestmark = pytest.mark.slow

CODE = "asterisk/lab1"


def tell(kind, *, key="k1", second=0, leg="", extension="", **facts):
    begun = clock.now() - timedelta(minutes=1)
    arrival = Arrival(pk=1, received_at=begun, account=CODE, connector="asterisk", conversation=f"{CODE}/{key}")
    event = CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg or key, extension, **facts)
    return Call.objects.get(pk=take_call([event], arrival=arrival)["call"])


def ring(number="79165550001", *, at="101", key="k1"):
    tell(Kind.START, key=key, client_number=number, our_number="74951000200")
    return tell(Kind.RING, key=key, second=1, leg=f"{key}-{at}", extension=at)


def hear(page, call, *, to_me=False, number=1):
    """What the event stream would bring; it has tests of its own."""
    page.evaluate(
        """([id, to_me, number]) => ["live:call", `live:call-${id}`].forEach((name) =>
            document.body.dispatchEvent(new CustomEvent(name, {detail: {topic: "call", id, to_me, number}})))""",
        [call.pk, to_me, number],
    )


def test_an_unknown_caller_is_written_down_while_the_call_goes_on(olga, open_page, accessible):
    page = open_page(olga, "/queue/")
    call = ring()
    hear(page, call, to_me=True)
    card = page.locator(f"#call-{call.pk}")
    expect(card).to_contain_text("Входящий звонок")
    expect(card.get_by_label("Имя клиента")).to_be_focused()
    page.keyboard.type("Нина Сидорова")
    card.get_by_label("Адрес").click()
    page.keyboard.type("Лесная, ")
    accessible(page)
    tell(Kind.ANSWER, second=3, leg="k1-101", extension="101")
    hear(page, call)
    expect(card).to_contain_text("Разговор")
    expect(card.get_by_label("Имя клиента")).to_have_value("Нина Сидорова")
    expect(card.get_by_label("Адрес")).to_be_focused()
    page.keyboard.type("5")
    tell(Kind.HANGUP, second=40)
    hear(page, call)
    expect(card).to_contain_text("Разговор окончен")
    page.get_by_role("link", name="Сделки").first.click()
    expect(page.locator("#main")).to_be_focused()
    expect(card.get_by_label("Адрес")).to_have_value("Лесная, 5")
    card.get_by_label("Проёмов").fill("много")
    page.keyboard.press("Enter")
    expect(card.get_by_label("Проёмов")).to_have_attribute("aria-invalid", "true")
    card.get_by_label("Проёмов").fill("3")
    page.keyboard.press("Enter")
    expect(card).to_contain_text("Записано в сделку")
    deal = Deal.objects.get()
    assert (deal.address, deal.facts, deal.client.name) == ("Лесная, 5", {"openings": 3}, "Нина Сидорова")
    expect(card).to_have_count(0, timeout=9_000)


def test_what_happens_while_the_card_is_on_its_way_stands_on_it(olga, open_page):
    page = open_page(olga, "/queue/")
    call = ring()
    page.evaluate("""() => {
        const { send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.send = function (body) { window.held = () => send.call(this, body); };
        window.let_go = () => { XMLHttpRequest.prototype.send = send; window.held(); };
    }""")
    drawn = page.evaluate(
        "(url) => fetch(url, { headers: { 'HX-Request': 'true' } }).then((it) => it.text())", f"/calls/{call.pk}/card/"
    )
    page.route(f"**/calls/{call.pk}/card/", lambda route: route.fulfill(body=drawn, content_type="text/html"), times=1)
    hear(page, call, to_me=True)
    tell(Kind.ANSWER, second=3, leg="k1-101", extension="101")
    hear(page, call, number=2)
    page.evaluate("window.let_go()")
    expect(page.locator(f"#call-{call.pk}")).to_contain_text("Разговор")


def test_a_known_client_is_shown_and_a_colleagues_answer_takes_the_card_away(olga, oksana, vera, open_page, accessible):
    page = open_page(olga, "/queue/", width=360, height=740, dark=True)
    call = ring("79161234567")
    tell(Kind.RING, second=1, leg="k1-102", extension="102")
    hear(page, call, to_me=True)
    card = page.locator(f"#call-{call.pk}")
    expect(card).to_contain_text("Вера Павлова")
    accessible(page)
    tell(Kind.ANSWER, second=3, leg="k1-102", extension="102")
    hear(page, call)
    expect(card).to_contain_text(oksana.full_name)
    expect(card).to_have_count(0, timeout=9_000)


def test_who_reloads_in_the_middle_of_a_call_has_the_card_again(olga, open_page):
    call = ring()
    page = open_page(olga, "/queue/")
    expect(page.locator(f"#call-{call.pk}")).to_be_visible()
    page.get_by_role("button", name="Закрыть карточку").click()
    expect(page.locator(f"#call-{call.pk}")).to_have_count(0)


def test_a_second_call_neither_hides_below_the_first_nor_takes_what_is_being_typed(olga, vera, open_page):
    page = open_page(olga, "/queue/", width=390, height=844)
    first = ring()
    tell(Kind.ANSWER, second=3, leg="k1-101", extension="101")
    hear(page, first, to_me=True)
    name = page.locator(f"#call-{first.pk}").get_by_label("Имя клиента")
    name.fill("Нина")
    second = ring("79165550002", key="k2")
    hear(page, second, to_me=True)
    card = page.locator(f"#call-{second.pk}")
    expect(card.get_by_text("Входящий звонок")).to_be_in_viewport()
    expect(card.get_by_label("Имя клиента")).to_be_hidden()
    expect(name).to_be_focused()
    page.keyboard.press("F2")
    expect(card).to_be_focused()
    expect(card.get_by_label("Имя клиента")).to_be_visible()


def test_a_ring_does_not_take_the_words_of_whoever_is_writing(olga, open_page):
    page = open_page(olga, "/queue/")
    page.get_by_role("combobox").first.fill("Лесная")
    call = ring()
    hear(page, call, to_me=True)
    expect(page.locator(f"#call-{call.pk}")).to_contain_text("Входящий звонок")
    expect(page.get_by_role("combobox").first).to_be_focused()


def test_a_card_that_is_over_goes_but_not_with_what_is_being_written(olga, oksana, vera, open_page):
    page = open_page(olga, "/queue/")
    page.clock.install()
    call = ring("79161234567")
    Deal.objects.update(responsible=oksana)
    tell(Kind.ANSWER, second=3, leg="k1-101", extension="101")
    for kind, second in ((Kind.JOIN, 3), (Kind.PART, 10)):
        tell(kind, second=second, bridge="a")
        tell(kind, second=second, leg="k1-101", extension="101", bridge="a")
    tell(Kind.TRANSFER, second=10, leg="k1-101", extension="101", to="102")
    tell(Kind.RING, second=11, leg="k1-102", extension="102")
    hear(page, call, to_me=True)
    card = page.locator(f"#call-{call.pk}")
    expect(card).to_contain_text("идёт вызов")
    page.clock.run_for(120_000)
    tell(Kind.ANSWER, second=15, leg="k1-102", extension="102")
    for leg, extension in (("k1", ""), ("k1-102", "102")):
        tell(Kind.JOIN, second=15, leg=leg, extension=extension, bridge="b")
    hear(page, call)
    expect(card).to_contain_text(oksana.full_name)
    comment = card.get_by_label("Комментарий к делу")
    comment.fill("просит смету")
    page.get_by_role("heading", name="Очередь").click()
    page.clock.run_for(120_000)
    tell(Kind.HANGUP, second=40)
    hear(page, call)
    page.clock.run_for(120_000)
    expect(comment).to_have_value("просит смету")
    comment.fill("")
    page.get_by_role("heading", name="Очередь").click()
    page.clock.run_for(60_000)
    expect(card).to_have_count(0)


def test_calls_that_nobody_took_become_lines_and_go(olga, open_page):
    page = open_page(olga, "/queue/")
    page.clock.install()
    missed = []
    for number in range(2):
        call = ring(f"7916555000{number}", key=f"k{number}")
        hear(page, call, to_me=True)
        expect(page.locator(f"#call-{call.pk}")).to_contain_text("Входящий звонок")
        tell(Kind.HANGUP, key=call.key, second=40)
        hear(page, call)
        expect(page.locator(f"#call-{call.pk}")).to_contain_text("Пропущенный звонок")
        missed.append(page.locator(f"#call-{call.pk}"))
    expect(missed[0].get_by_label("Имя клиента")).to_be_hidden()
    expect(missed[1].get_by_label("Имя клиента")).to_be_visible()
    page.clock.run_for(91_000)
    expect(page.locator(".call-card")).to_have_count(0)
