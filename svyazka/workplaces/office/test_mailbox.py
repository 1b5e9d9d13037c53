"""A mailbox is set up on a page: tried on both servers, then stored."""

from __future__ import annotations

import pytest

from svyazka.business.conversations import listening, mailbox
from svyazka.business.conversations.bots import access_of
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.connectors.email.conftest import dovecot, mail_server, user  # noqa: F401
from svyazka.connectors.email.dovecot import PASSWORD
from svyazka.connectors.email.post_office import PostOffice
from svyazka.kit import clock


@pytest.fixture
def office():
    made = PostOffice()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def given(dovecot, user, office):  # noqa: F811
    return {
        "maker": "", "address": " Okna@Example.ru", "password": PASSWORD, "name": "Окна и точка", "imap_user": user,
        "imap_host": "127.0.0.1", "imap_port": str(dovecot.imap), "imap_security": "none",
        "smtp_host": "127.0.0.1", "smtp_port": str(office.port), "smtp_security": "none", "since_days": "7",
        "folders": "INBOX\n\n Sent ", "marks_read": "on", "has_plus": "on",
    }  # fmt: skip


@pytest.fixture
def account(windows):
    return ChannelAccount.objects.create(kind="email", code="email/sales", name="Продажи", public_key="s")


@pytest.fixture
def send(windows, enter, account):
    browser = enter(windows["anna"])
    return lambda fields: browser.post(f"/office/channels/{account.pk}/mailbox/", fields)


def test_it_is_opened_and_leads_to_its_page(windows, enter):
    browser = enter(windows["anna"])
    answer = browser.post("/office/channels/new/", {"kind": "email", "name": "Продажи", "code": "sales"}, follow=True)
    page = answer.content.decode()
    assert answer.redirect_chain[-1][0] == f"/office/channels/{ChannelAccount.objects.get(kind='email').pk}/"
    assert "imap.yandex.ru" not in page
    assert "Яндекс" in page


def test_stored_once_both_servers_have_let_us_in(send, given, account):
    assert send(given).status_code == 302
    account.refresh_from_db()
    box = mailbox.of(access_of(account))
    assert (box.address, box.folders, box.since_days, box.marks_read) == ("okna@example.ru", ("INBOX", "Sent"), 7, True)
    assert box.sending.user == box.reading.user == given["imap_user"]
    assert PASSWORD not in str(account.options)
    assert PASSWORD not in account.secret


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"password": "wrong"}, "password"),
        ({"password": ""}, "password"),
        ({"smtp_password": "wrong"}, "smtp_password"),
        ({"imap_security": "tls"}, "imap_host"),
        ({"smtp_host": "nowhere.invalid"}, "smtp_host"),
        ({"smtp_security": "starttls"}, "smtp_host"),
        ({"folders": "Gone"}, "folders"),
        ({"imap_host": "a b"}, "imap_host"),
        ({"address": "okna"}, "address"),
        ({"imap_port": "99999"}, "imap_port"),
        ({"since_days": "5"}, "since_days"),
        ({"maker": "nobody"}, "maker"),
    ],
)
def test_what_does_not_work_is_not_stored(send, given, account, change, field):
    answer = send({**given, **change})
    assert answer.status_code == 422
    assert f'name="{field}"' in answer.content.decode().split('aria-invalid="true"')[0][-400:] + "".join(
        piece[:400] for piece in answer.content.decode().split('aria-invalid="true"')[1:]
    )
    account.refresh_from_db()
    assert (account.secret, account.options) == ("", {})


def test_the_stored_password_goes_to_no_other_server(send, given, account):
    send(given)
    assert send({**given, "password": "", "name": "Окна"}).status_code == 302
    assert send({**given, "password": "", "imap_host": "localhost"}).status_code == 422
    account.refresh_from_db()
    assert (account.options["name"], account.options["imap_host"]) == ("Окна", "127.0.0.1")


def test_what_is_wrong_with_it_stands_on_its_page(windows, enter, account):
    now = clock.now()
    Listening.objects.create(account=account.code, trouble="certificate", since=now)
    page = enter(windows["anna"]).get(f"/office/channels/{account.pk}/").content.decode()
    assert "Сертификат сервера не подходит" in page
    assert "certificate" in listening.TROUBLES


def test_title_and_source(windows, enter, account):
    enter(windows["anna"]).post(f"/office/channels/{account.pk}/", {"name": "Письма", "source": ""})
    account.refresh_from_db()
    assert account.name == "Письма"


def test_it_is_no_page_of_a_bot(windows, enter, send):
    bot = ChannelAccount.objects.create(kind="telegram", code="telegram/x", name="Бот", public_key="t")
    given = {"address": "a@example.ru", "password": "x", "maker": "gmail"}
    assert enter(windows["anna"]).post(f"/office/channels/{bot.pk}/mailbox/", given).status_code == 422
