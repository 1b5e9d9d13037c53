from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from email.utils import format_datetime

import pytest

from svyazka.business.notices.devices import Address, Gone, Letter, TryLater
from svyazka.connectors.web_push.send import WebPush
from svyazka.kit import clock

LETTER = Letter("Вам задали вопрос", "Сделка № 17", "/notices/3/", "notice-3")


def test_the_service_believes_us_and_only_the_browser_reads_the_letter(push_service):
    WebPush().send(push_service.browser(), LETTER)
    assert push_service.letters == [
        {"title": "Вам задали вопрос", "text": "Сделка № 17", "url": "/notices/3/", "tag": "notice-3"}
    ]
    (claims,) = push_service.claims
    assert (claims["aud"], claims["key"]) == (push_service.url, WebPush().key())
    assert claims["sub"].startswith("mailto:")
    assert time.time() < claims["exp"] < time.time() + 24 * 3600
    (headers,) = push_service.headers
    assert (headers["content-encoding"], headers["ttl"], headers["urgency"]) == ("aes128gcm", "43200", "high")


@pytest.mark.parametrize(
    ("answer", "trouble"), [(404, Gone), (410, Gone), (429, TryLater), (503, TryLater), (307, TryLater)]
)
def test_what_the_service_answers_is_understood(push_service, answer, trouble):
    browser = push_service.browser()
    push_service.answers = answer
    with pytest.raises(trouble) as raised:
        WebPush().send(browser, LETTER)
    assert browser.endpoint not in str(raised.value)
    # Nor do we go where it sends us.
    assert len(push_service.headers) == 1


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("120", 120),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("999999999999", 24 * 3600),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
    ],
)
def test_a_service_that_asks_for_patience_says_for_how_long(push_service, said, after):
    push_service.answers, push_service.retry_after = 429, said
    with pytest.raises(TryLater) as raised:
        WebPush().send(push_service.browser(), LETTER)
    assert raised.value.after == after


def test_patience_until_a_date(push_service):
    until = clock.now() + timedelta(minutes=10)
    push_service.answers, push_service.retry_after = 429, format_datetime(until, usegmt=True)
    with pytest.raises(TryLater) as raised:
        WebPush().send(push_service.browser(), LETTER)
    assert 595 < raised.value.after <= 600


def test_a_service_that_is_away_is_tried_later(push_service, settings):
    browser = replace(push_service.browser(), endpoint="http://127.0.0.1:9/a")
    settings.PUSH_SERVICES = ["http://127.0.0.1:9"]
    with pytest.raises(TryLater, match="ConnectionError"):
        WebPush().send(browser, LETTER)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1:5432/",
        "https://localhost/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://fcm.googleapis.com:8443/x",
        "http://fcm.googleapis.com/x",
        "https://evil.example/fcm.googleapis.com",
        "",
    ],
)
def test_we_write_to_nobody_but_the_browsers_makers(push_service, settings, endpoint):
    settings.PUSH_SERVICES = ["fcm.googleapis.com", "push.apple.com"]
    browser = push_service.browser()
    assert not WebPush().accepts(replace(browser, endpoint=endpoint))
    assert WebPush().accepts(replace(browser, endpoint="https://fcm.googleapis.com/fcm/send/abc"))
    assert WebPush().accepts(replace(browser, endpoint="https://web.push.apple.com/abc"))


def test_keys_that_are_none_are_refused(push_service):
    for key, auth in (("", ""), ("AAAA", "AAAA"), ("ы", "ы"), (push_service.browser().key, "AAAA")):
        assert not WebPush().accepts(Address(f"{push_service.url}/a", key, auth))
