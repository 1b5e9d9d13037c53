from __future__ import annotations

import pytest

from svyazka.business.conversations import widgets
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.test_widgets import TYPED


@pytest.fixture
def account(windows):
    return ChannelAccount.objects.get(code="web_form/okna")


@pytest.fixture
def page(account):
    return f"/office/channels/{account.pk}/widget/"


def typed(**other):
    return {name: value for name, value in {**TYPED, **other}.items() if value is not False}


def test_it_is_built_and_the_tag_is_there_to_copy(enter, anna, account, page):
    browser = enter(anna)
    assert browser.post(page, typed(title_ru="Перезвоните мне")).url == page
    account.refresh_from_db()
    assert widgets.of(account)["texts"]["ru"]["title"] == "Перезвоните мне"
    shown = browser.get(page)
    assert shown.context["tag"] == '<script src="http://testserver/widget/demo-okna.js" async></script>'
    assert shown.context["form"]["field_phone"].value() == "must"


def test_what_is_wrong_stands_beside_its_input_and_nothing_is_stored(enter, anna, account, page):
    answer = enter(anna).post(page, typed(color="blue", field_phone="may"))
    assert (answer.status_code, sorted(answer.context["form"].errors)) == (422, ["color", "field_phone"])
    account.refresh_from_db()
    assert account.options == {}


@pytest.mark.parametrize("name", [*TYPED, "csrfmiddlewaretoken"])
@pytest.mark.parametrize("value", ["\x00", "<b>", "я" * 5000, "-1"])
def test_nonsense_is_answered_in_words(enter, anna, account, page, name, value):
    browser = enter(anna)
    browser.raise_request_exception = False
    assert browser.post(page, typed(**{name: value})).status_code in (302, 422)
    assert browser.get(f"{page}script/", typed(**{name: value})).status_code == 200


def test_the_preview_shows_what_is_typed_and_nobody_elses_page_may_frame_it(enter, anna, page):
    browser = enter(anna)
    shown = browser.get(f"{page}preview/", {"title_ru": "Звонок!"})
    assert f'src="{page}script/?title_ru=' in shown.content.decode()
    assert "frame-ancestors 'self'" in shown["Content-Security-Policy"]
    script = browser.get(f"{page}script/", typed(title_ru="Позвоните, пожалуйста"))
    assert "Позвоните, пожалуйста" in script.content.decode()
    assert '"preview":true' in script.content.decode()


def test_a_company_that_counts_no_windows_is_not_asked_for_them(projects, enter):
    account = ChannelAccount.objects.filter(kind="web_form").first()
    shown = enter(projects["anna"]).get(f"/office/channels/{account.pk}/widget/")
    assert "field_openings" not in shown.context["form"].fields


def test_a_bot_has_none(enter, anna):
    bot = ChannelAccount.objects.filter(kind="telegram").first()
    assert enter(anna).get(f"/office/channels/{bot.pk}/widget/").status_code == 404
