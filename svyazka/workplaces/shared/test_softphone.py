from __future__ import annotations

import pytest

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.staff.models import CallsBy, Person
from svyazka.kit import secrets


@pytest.fixture
def pbx(windows):
    options = {"softphone_socket": "wss://pbx.example.org:8089/ws"}
    return Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038, options=options)


@pytest.fixture
def olga_with_softphone(pbx, olga):
    SipAccount.objects.create(person=olga, secret=secrets.lock_away("s3cret"))
    Person.objects.filter(pk=olga.pk).update(calls_by=CallsBy.SOFTPHONE)
    return olga


def test_without_a_softphone_nothing_of_it_is_in_the_page(pbx, olga, enter, django_assert_num_queries):
    browser = enter(olga)
    with django_assert_num_queries(4):
        page = browser.get("/clients/")
    assert "softphone" not in page.content.decode()
    assert "connect-src 'self';" in page["Content-Security-Policy"]
    assert page["Permissions-Policy"] == "microphone=()"
    assert browser.get("/account/softphone/").status_code == 422


def test_with_it_the_frame_has_it_and_may_reach_the_pbx(olga_with_softphone, enter, django_assert_num_queries):
    browser = enter(olga_with_softphone)
    with django_assert_num_queries(5):  # where the PBX is
        page = browser.get("/clients/")
    text = page.content.decode()
    assert 'id="softphone-pill"' in text
    assert "softphone/phone.js" in text
    assert "s3cret" not in text
    assert "connect-src 'self' wss://pbx.example.org:8089;" in page["Content-Security-Policy"]
    assert page["Permissions-Policy"] == "microphone=(self)"
    # A link swaps the page in the frame, and the phone goes on.
    assert "softphone" not in browser.get("/clients/", headers={"HX-Request": "true"}).content.decode()


def test_its_browser_gets_what_it_registers_with(olga_with_softphone, enter):
    answer = enter(olga_with_softphone).get("/account/softphone/")
    assert answer.json() == {
        "socket": "wss://pbx.example.org:8089/ws",
        "domain": "pbx.example.org",
        "ice": [],
        "login": "101",
        "secret": "s3cret",
        "name": "Ольга Белова",
    }
    assert "no-store" in answer["Cache-Control"]


def test_everybody_says_himself_with_what_he_calls(olga_with_softphone, enter):
    browser = enter(olga_with_softphone)
    assert 'value="softphone" checked' in browser.get("/account/").content.decode()
    answer = browser.post("/account/calling/", {"calls_by": "mobile"}, headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/account/"  # with a new frame
    page = browser.get("/account/").content.decode()
    assert "shared/mobile.js" in page
    assert "softphone/phone.js" not in page
    assert browser.post("/account/calling/", {"calls_by": "pigeon"}).status_code == 422
    SipAccount.objects.all().delete()
    assert browser.post("/account/calling/", {"calls_by": "softphone"}).status_code == 422
    assert Person.objects.get(pk=olga_with_softphone.pk).calls_by == CallsBy.MOBILE
