from __future__ import annotations

import json
import socket
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from svyazka.edge import limits
from svyazka.edge.conftest import open_house
from svyazka.kit import proxies

pytestmark = pytest.mark.django_db(transaction=True)

FORM = "/in/form/demo-okna/"
BOT = "/in/telegram/demo-bot/"
REQUEST = {"name": "Вера", "phone": "8 (916) 123-45-67", "tranid": "s1"}
SECRET = {"X_Telegram_Bot_Api_Secret_Token": "bot-secret-for-tests"}


def test_a_form_is_written_whole_before_it_is_answered(house):
    answer = house.ask("POST", FORM, REQUEST, referer="https://okna.example.ru/?utm_source=ya", accept_language="en")

    assert (answer.status, answer.json()) == (200, {"ok": True, "message": answer.json()["message"]})
    assert answer.json()["message"].startswith("Thank you")
    assert house.arrivals() == [
        ("web_form/okna", "s1", "web_form/okna/+79161234567", json.dumps(REQUEST).encode()),
    ]
    ((headers, state, connector),) = house.rows("select headers, state, connector from intake_arrival")
    assert (state, connector) == ("new", "web_form")
    assert headers == {
        "content-type": "application/json", "referer": "https://okna.example.ru/?utm_source=ya",
        "accept-language": "en", "x-forwarded-for": "127.0.0.1",
    }  # fmt: skip


def test_a_second_delivery_changes_nothing(house):
    answers = [house.ask("POST", FORM, REQUEST) for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert len(house.arrivals()) == 1


def test_a_form_without_script_gets_a_page(house):
    answer = house.ask(
        "POST", FORM, urlencode(REQUEST), content_type="application/x-www-form-urlencoded", accept="text/html,*/*"
    )
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "Спасибо" in answer.body.decode()


def test_five_megabytes_are_refused_and_the_connection_stays_usable(house):
    assert house.ask("POST", FORM, b"x" * 5_000_000).status == 413
    assert house.ask("POST", FORM, (b"x" * 50_000 for _ in range(100))).status == 413
    assert house.ask("POST", BOT, b"x" * 5_000_000, **SECRET).status == 413
    assert house.arrivals() == []
    assert house.ask("POST", FORM, REQUEST).status == 200


def test_five_megabytes_are_refused_before_they_have_been_sent(house):
    with socket.create_connection(("127.0.0.1", house.port), timeout=5) as connection:
        connection.sendall(f"POST {FORM} HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n".encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413")


def test_broken_utf_8_is_kept_for_a_person_and_answered_with_400(house):
    answer = house.ask("POST", FORM, b'{"name": "\xff"}', content_type="application/json")
    assert (answer.status, answer.json()["ok"]) == (400, False)
    assert [body for *_, body in house.arrivals()] == [b'{"name": "\xff"}']


def test_a_request_that_nobody_can_answer_names_the_fields(house):
    answer = house.ask("POST", FORM, {"phone": {"a": 1}, "email": "vera"}, accept_language="en")
    assert (answer.status, answer.json()["fields"]) == (
        422,
        {"phone": "A text is expected here.", "email": "This is not an e-mail address."},
    )
    assert len(house.arrivals()) == 1


@pytest.mark.parametrize("path", ["/in/form/wrong/", "/in/form/demo-bot/", "/in/telegram/demo-okna/", "/in/form/%00/"])
def test_a_wrong_key(house, path):
    assert house.ask("POST", path, REQUEST, **SECRET).status == 404
    assert house.arrivals() == []


@pytest.mark.parametrize("path", ["/in/", "/in/form/", "/in/fax/demo-okna/", "/in/form/demo-okna/more/"])
def test_no_such_way_in(house, path):
    assert house.ask("POST", path, REQUEST).status == 404


def test_other_methods(house):
    assert house.ask("GET", FORM).status == 405
    assert house.ask("POST", "/in/form/demo-okna", REQUEST).status == 200


def test_a_switched_off_account(house):
    house.rows("update conversations_channelaccount set is_active = false where code = 'web_form/okna' returning id")
    assert house.ask("POST", FORM, REQUEST).status == 410
    assert house.arrivals() == []


@pytest.mark.parametrize("headers", [{}, {"X_Telegram_Bot_Api_Secret_Token": "forged"}])
def test_a_forged_or_absent_secret(house, headers):
    assert house.ask("POST", BOT, {"update_id": 1}, **headers).status == 403
    assert house.arrivals() == []


def test_a_bots_update(house):
    told = {"update_id": 77, "message": {"message_id": 1, "chat": {"id": 5, "type": "private"}, "text": "Здравствуйте"}}
    assert [house.ask("POST", BOT, told, **SECRET).status for _ in range(2)] == [200, 200]
    assert [row[:3] for row in house.arrivals()] == [("telegram/main", "77", "telegram/main/5")]


def test_nonsense_from_the_bot_is_kept_and_not_repeated(house):
    assert house.ask("POST", BOT, b"\xff", **SECRET).status == 200
    assert [body for *_, body in house.arrivals()] == [b"\xff"]


def test_pages_of_other_sites_may_post(house):
    before = house.ask("OPTIONS", FORM, origin="https://okna.example.ru", access_control_request_method="POST")
    assert (before.status, before.headers["access-control-allow-origin"]) == (204, "https://okna.example.ru")
    answer = house.ask("POST", FORM, {"phone": "1"}, origin="https://okna.example.ru")
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (422, "https://okna.example.ru")


def test_only_the_named_sites_may_post(house):
    house.rows("""update conversations_channelaccount set origins = '["https://okna.example.ru"]' returning id""")
    assert house.ask("POST", FORM, REQUEST, origin="https://okna.example.ru").status == 200
    refused = house.ask("POST", FORM, {**REQUEST, "tranid": "s2"}, origin="https://evil.example")
    assert (refused.status, refused.headers.get("access-control-allow-origin")) == (403, None)
    before = house.ask("OPTIONS", FORM, origin="https://evil.example")
    assert before.headers.get("access-control-allow-origin") is None
    assert len(house.arrivals()) == 1


def test_many_at_once_are_all_written_once(house):
    def post(number: int) -> int:
        body = {"phone": f"+7916{number % 100:07}", "submission_id": f"s{number % 100}"}
        return house.ask("POST", FORM, body).status

    with ThreadPoolExecutor(200) as senders:
        assert Counter(senders.map(post, range(200))) == {200: 200}
    assert len(house.arrivals()) == 100


def test_the_bell_rings_after_the_commit(house):
    house.database.execute("listen svyazka_arrivals")
    started = time.monotonic()
    house.ask("POST", FORM, REQUEST)
    assert [bell.channel for bell in house.database.notifies(timeout=3, stop_after=1)] == ["svyazka_arrivals"]
    assert time.monotonic() - started < 1
    assert len(house.arrivals()) == 1


@pytest.fixture
def three_at_once(monkeypatch):
    """To stand before the house, which takes it over."""
    monkeypatch.setattr(limits, "AT_ONCE", 3.0)
    monkeypatch.setattr(limits, "A_SECOND", 0.01)


def test_one_address_cannot_fill_the_ledger_through_a_form(three_at_once, house):
    guest = {"x_forwarded_for": "10.9.9.9, 203.0.113.7"}
    answers = [house.ask("POST", FORM, {**REQUEST, "tranid": f"s{n}"}, **guest) for n in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 1
    assert answers[-1].json()["ok"] is False
    assert len(house.arrivals()) == 2
    invented = {"x_forwarded_for": "198.51.100.1, 203.0.113.7"}  # only the last station is our proxy's word
    assert house.ask("POST", FORM, {**REQUEST, "tranid": "s9"}, **invented).status == 429
    assert house.ask("POST", FORM, {**REQUEST, "tranid": "s9"}, x_forwarded_for="203.0.113.8").status == 200
    bot = [house.ask("POST", BOT, {"update_id": n}, x_forwarded_for="203.0.113.7", **SECRET) for n in range(4)]
    assert [answer.status for answer in bot] == [200] * 4


def test_two_who_come_through_a_named_proxy_are_two(windows, settings, monkeypatch):
    monkeypatch.setattr(limits, "AT_ONCE", 2.0)
    monkeypatch.setattr(limits, "A_SECOND", 0.01)
    with open_house(settings.DATABASE_DIRECT_URL, proxies=proxies.named("10.0.0.5")) as house:
        for sender in ("203.0.113.7", "203.0.113.8"):
            came = house.ask("POST", FORM, {**REQUEST, "tranid": sender}, x_forwarded_for=f"{sender}, 10.0.0.5")
            assert came.status == 200
