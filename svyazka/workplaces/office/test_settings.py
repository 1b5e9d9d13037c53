# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Channels, our numbers and telephone systems."""

from __future__ import annotations

import re

from svyazka.business.calls.models import Pbx, PhoneLine
from svyazka.business.calls.phone_system import Option
from svyazka.business.conversations.models import ChannelAccount
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.kit import secrets


def test_a_new_form_shows_its_address_and_an_example(anna, enter):
    given = {"kind": "web_form", "name": "dachi.example.ru", "code": "dachi", "origins": "https://dachi.example.ru"}
    page = enter(anna).post("/office/channels/new/", given).content.decode()
    account = ChannelAccount.objects.get(code="web_form/dachi")
    assert f"http://testserver/in/form/{account.public_key}/" in page
    assert "curl -X POST" in page


def test_a_bots_secret_is_shown_once(anna, enter):
    client = enter(anna)
    page = client.post("/office/channels/new/", {"kind": "telegram", "name": "Бот", "code": "second"}).content.decode()
    account = ChannelAccount.objects.get(code="telegram/second")
    shown = re.search(r'data-copy="([\w-]{43})"', page)[1]
    assert account.secret_fingerprint == secrets.fingerprint(shown)
    assert shown not in client.get(f"/office/channels/{account.pk}/").content.decode()
    renewed = client.post(f"/office/channels/{account.pk}/secret/").content.decode()
    assert shown not in renewed
    assert "data-copy" in renewed


def test_a_channel_is_changed_switched_off_and_on(anna, enter):
    client, account = enter(anna), ChannelAccount.objects.get(code="web_form/okna")
    page = f"/office/channels/{account.pk}/"
    assert client.post(page, {"name": "Окна", "origins": "ftp://okna"}).status_code == 422
    assert client.post(page, {"name": "Окна", "origins": ""}).status_code == 302
    assert client.post(page + "state/", {"on": "0"}).status_code == 302
    account.refresh_from_db()
    assert (account.name, account.is_active) == ("Окна", False)
    client.post(page + "state/", {"on": "1"})
    assert ChannelAccount.objects.get(pk=account.pk).is_active


def test_a_token_is_checked_stored_and_never_shown(anna, enter, telegram_peer):
    client, account = enter(anna), ChannelAccount.objects.get(code="telegram/main")
    page, base = f"/office/channels/{account.pk}/", telegram_peer.url
    assert client.post(f"{page}token/", {"token": "", "base": base}).status_code == 422
    refused = client.post(f"{page}token/", {"token": "123:abc", "base": base})
    assert refused.status_code == 422
    assert "не знает такого токена" in refused.content.decode()
    assert client.post(f"{page}token/", {"token": telegram_peer.token, "base": base}).status_code == 302
    shown = client.get(page).content.decode()
    assert telegram_peer.token not in shown
    assert "@svyazka_test_bot" in shown
    assert client.post(page, {"name": "Бот"}).status_code == 302
    account.refresh_from_db()
    assert not account.for_staff


def test_only_bots_have_a_token(anna, enter):
    form = ChannelAccount.objects.get(code="web_form/okna")
    for work in ("token", "webhook"):
        assert enter(anna).post(f"/office/channels/{form.pk}/{work}/", {"token": "1:x"}).status_code == 422


def test_our_numbers_are_added_changed_and_removed(anna, enter):
    client = enter(anna)
    assert client.post("/office/lines/", {"number": "8 495 100-09-09", "name": "Радио"}).status_code == 302
    assert client.post("/office/lines/", {"number": "1", "name": "Радио"}).status_code == 422
    line = PhoneLine.objects.get(number="+74951000909")
    assert client.post(f"/office/lines/{line.pk}/", {"name": "ТВ"}).status_code == 302
    assert PhoneLine.objects.get(pk=line.pk).name == "ТВ"
    assert client.post(f"/office/lines/{line.pk}/removal/").status_code == 302
    assert not PhoneLine.objects.filter(pk=line.pk).exists()


def test_a_telephone_system_is_connected_and_its_secret_never_shown(anna, enter):
    client = enter(anna)
    given = {"code": "lab1", "host": "10.0.0.5", "port": "5038", "login": "crm", "secret": "hush"}
    assert client.post("/office/pbx/new/asterisk/", given).status_code == 302
    assert client.post("/office/pbx/new/asterisk/", given).status_code == 422
    pbx = Pbx.objects.get()
    page = client.get(f"/office/pbx/{pbx.pk}/").content.decode()
    assert "hush" not in page
    assert "ещё не подключена" in page
    assert 'value="5038"' in page
    assert client.post(f"/office/pbx/{pbx.pk}/", {"host": "pbx.local", "port": "5039"}).status_code == 302
    assert secrets.take_out(Pbx.objects.get().secret) == "hush"
    assert client.post(f"/office/pbx/{pbx.pk}/state/", {"on": "0"}).status_code == 302
    assert not Pbx.objects.get().is_active


def test_a_cloud_system_shows_the_address_for_its_events_and_renews_it(anna, enter):
    client = enter(anna)
    given = {"code": "main", "host": "api.zadarma.com", "port": "443", "login": "k", "secret": "s"}
    assert client.post("/office/pbx/new/zadarma/", given).status_code == 302
    page = client.get("/office/pbx/new/mango/").content.decode()
    assert 'value="app.mango-office.ru"' in page
    assert 'value="443"' in page
    pbx = Pbx.objects.get()
    address = f"http://testserver/in/cloud_pbx/{pbx.public_key}"
    assert f'data-copy="{address}"' in client.get(f"/office/pbx/{pbx.pk}/").content.decode()
    assert client.post(f"/office/pbx/{pbx.pk}/address/").status_code == 302
    page = client.get(f"/office/pbx/{pbx.pk}/").content.decode()
    assert address not in page
    assert Pbx.objects.get().public_key in page


def test_the_lists_stand(anna, enter):
    client = enter(anna)
    for page in ("channels", "channels/new", "lines", "pbx"):
        assert client.get(f"/office/{page}/").status_code == 200


def test_brackets_are_no_site(anna, enter):
    given = {"kind": "web_form", "name": "x", "code": "brackets", "origins": "\x1b[31m"}
    assert enter(anna).post("/office/channels/new/", given).status_code == 422


def test_a_new_pbx_has_no_secret_that_could_stay(anna, enter):
    client = enter(anna)
    pbx = Pbx.objects.create(code="asterisk/main", driver="asterisk", host="10.0.0.5", port=5038)
    assert "останется прежний" not in client.get("/office/pbx/new/asterisk/").content.decode()
    assert "останется прежний" in client.get(f"/office/pbx/{pbx.pk}/").content.decode()


class Asking:
    """A driver that asks for more than others."""

    options = (
        Option("context", "Context", help="As in the dial plan.", default="from-internal"),
        Option("way", "Way", default="a", choices=(("a", "Alpha"), ("b", "Beta"))),
        Option("pin", "PIN", is_secret=True),
    )


def test_each_driver_is_asked_for_what_it_needs(anna, enter, settings):
    settings.PHONE_SYSTEMS = {"asterisk": settings.PHONE_SYSTEMS["asterisk"], "other": f"{__name__}.Asking"}
    client = enter(anna)
    assert "option_pin" not in client.get("/office/pbx/new/asterisk/").content.decode()
    page = client.get("/office/pbx/new/other/").content.decode()
    assert 'value="from-internal"' in page
    assert "As in the dial plan." in page
    given = {"code": "a", "host": "pbx", "port": "80", "option_context": "crm", "option_pin": "4711"}
    assert client.post("/office/pbx/new/other/", {**given, "option_way": "c"}).status_code == 422
    assert client.post("/office/pbx/new/other/", {**given, "option_way": "b"}).status_code == 302
    pbx = Pbx.objects.get()
    assert (pbx.options["context"], pbx.options["way"]) == ("crm", "b")
    page = client.get(f"/office/pbx/{pbx.pk}/").content.decode()
    assert ('value="crm"' in page, '<option value="b" selected' in page, "4711" in page) == (True, True, False)
    given = {"host": "pbx", "port": "81", "option_context": "", "option_way": "a", "option_pin": ""}
    assert client.post(f"/office/pbx/{pbx.pk}/", given).status_code == 302
    options = Pbx.objects.get().options
    assert (options["context"], options["way"], secrets.take_out(options["pin"])) == ("", "a", "4711")


def test_what_is_not_chosen_is_said_in_a_word(anna, enter):
    for path in ("/office/lines/", "/office/channels/new/", "/office/staff/new/"):
        page = enter(anna).get(path).content.decode()
        assert '<option value="" selected>не выбрано</option>' in page
        assert "-----" not in page
