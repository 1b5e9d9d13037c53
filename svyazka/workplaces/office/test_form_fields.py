from __future__ import annotations

import pytest

from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake.test_form_fields import STRANGE, arrives
from svyazka.business.journal.models import Entry
from svyazka.kit import secrets


@pytest.fixture
def account(windows):
    return ChannelAccount.objects.get(code="web_form/okna")


@pytest.fixture
def page(account):
    return f"/office/channels/{account.pk}/fields/"


def test_an_administrator_chooses_beside_what_has_come_and_reads_it_once_more(enter, anna, account, page):
    came = arrives(STRANGE)
    browser = enter(anna)
    assert [row["name"] for row in browser.get(page).context["rows"]] == list(STRANGE)
    given = {"name": list(STRANGE), "meaning": ["phone", "name", "other", "auto"]}
    assert browser.post(page, given).url == page
    account.refresh_from_db()
    assert account.options["mapping"] == {"field_7": "phone", "field_8": "name", "q1": ""}
    assert browser.post(f"{page}reading/").url == page
    came.refresh_from_db()
    assert came.state == "new"


@pytest.mark.parametrize("meaning", ["\x00", "field:no", "<script>", "я" * 5000])
def test_nonsense_is_refused(enter, anna, account, page, meaning):
    assert enter(anna).post(page, {"name": ["a"], "meaning": [meaning]}).status_code == 422
    account.refresh_from_db()
    assert account.options == {}


def test_a_new_secret_is_shown_once_and_stored_as_its_fingerprint(enter, anna, account, page):
    answer = enter(anna).post(f"{page}proof/", {"way": "header", "name": "X-Api-Key"})
    secret = answer.context["secret"]
    account.refresh_from_db()
    assert account.secret_fingerprint == secrets.fingerprint(secret)
    assert secret not in enter(anna).get(page).content.decode()
    assert all(secret not in str(entry.changes) for entry in Entry.objects.all())
    assert enter(anna).post(f"{page}proof/", {"way": "header", "name": "ключ"}).status_code == 422


def test_the_captchas_server_key_is_locked_away(enter, anna, account, page):
    browser = enter(anna)
    assert browser.post(f"{page}captcha/", {"site_key": "ysc1_x"}).status_code == 422
    assert browser.post(f"{page}captcha/", {"site_key": "ysc1_x", "server_key": "ysc2_y"}).url == page
    account.refresh_from_db()
    assert (account.options["captcha"], secrets.take_out(account.secret)) == ({"site_key": "ysc1_x"}, "ysc2_y")
    assert browser.post(f"{page}captcha/", {"site_key": ""}).url == page
    account.refresh_from_db()
    assert (account.options["captcha"], account.secret) == ({}, "")


def test_spam_stands_on_a_tab_of_its_own(enter, anna):
    held = arrives({"phone": "+79161234567", "_seconds": 0})
    browser = enter(anna)
    assert [row["pk"] for row in browser.get("/office/arrivals/?tab=spam").context["rows"]] == [held.pk]
    browser.post("/office/arrivals/run/", {"id": [held.pk], "tab": "spam"})
    held.refresh_from_db()
    assert (held.state, held.headers["not_spam"]) == ("new", "1")
