from __future__ import annotations

import pytest

from svyazka.business.conversations.models import ChannelAccount
from svyazka.connectors.sms.conftest import LOGIN, PASSWORD, sms, smsc  # noqa: F401
from svyazka.kit import secrets

GIVEN = {"name": "SMS", "token": f"{LOGIN}:{PASSWORD}", "sender": "OKNA"}


@pytest.fixture
def page(sms):  # noqa: F811
    return f"/office/channels/{sms().pk}/sms/"


def test_a_new_account_leads_to_its_page(enter, anna):
    answer = enter(anna).post("/office/channels/new/", {"kind": "sms", "name": "SMS", "code": "second"})
    account = ChannelAccount.objects.get(code="sms/second")
    assert answer.url == f"/office/channels/{account.pk}/sms/"
    assert enter(anna).get(f"/office/channels/{account.pk}/").url == answer.url


def test_the_access_is_checked_and_what_is_left_empty_stays(enter, anna, page, smsc):  # noqa: F811
    browser = enter(anna)
    assert browser.post(page, {**GIVEN, "token": "", "to_clients": "on"}).url == page
    account = ChannelAccount.objects.get(code="sms/main")
    assert (secrets.take_out(account.secret), account.options["to_clients"]) == (f"{LOGIN}:{PASSWORD}", "1")
    assert account.signing
    assert PASSWORD not in browser.get(page).content.decode()
    refused = browser.post(page, {**GIVEN, "token": "okna:other"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["token"])
    assert browser.post(page, {**GIVEN, "sender": "Окна"}).status_code == 422


def test_the_balance_comes_after_the_page_and_says_in_words_why_not(enter, anna, page, smsc):  # noqa: F811
    assert "100.00" in enter(anna).get(f"{page}balance/").content.decode()
    smsc.is_away = True
    assert enter(anna).get(page).status_code == 200
    assert "Сейчас там не отвечают" in enter(anna).get(f"{page}balance/").content.decode()


def test_first_the_price_and_then_it_goes_out_once(enter, anna, page, smsc):  # noqa: F811
    browser, given = enter(anna), {"to": "8 916 123-45-67", "text": "я" * 71}
    shown = browser.post(f"{page}trial/", given)
    assert (shown.context["price"].parts, shown.context["price"].cost, smsc.sent) == (2, "8.40", [])
    assert browser.post(f"{page}trial/", {**given, "send": "1"}).url == page
    assert [one["phone"] for one in smsc.sent] == ["79161234567"]
    again = browser.post(f"{page}trial/", {**given, "send": "1"})
    assert (again.status_code, len(smsc.sent)) == (422, 1)


@pytest.mark.parametrize("given", [{"to": "12"}, {"text": " "}, {"to": "\x00"}, {"text": "\x00"}])
def test_nonsense_is_refused_in_words(enter, anna, page, smsc, given):  # noqa: F811
    asked = {"to": "+79161234567", "text": "Здравствуйте", "send": "1", **given}
    assert enter(anna).post(f"{page}trial/", asked).status_code == 422
    assert smsc.sent == []
