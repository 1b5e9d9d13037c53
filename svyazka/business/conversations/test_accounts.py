from __future__ import annotations

import pytest

from svyazka.business.clients.models import Source
from svyazka.business.conversations import accounts
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused


def test_a_form_gets_a_key_and_no_secret(anna):
    account, secret = accounts.open_account(
        "web_form", code="Dachi", name="dachi.example.ru", origins=["https://Dachi.example.ru/page", "x.ru"], by=anna
    )
    assert (account.code, secret, account.secret_fingerprint) == ("web_form/dachi", "", "")
    assert account.origins == ["https://dachi.example.ru", "https://x.ru"]
    assert len(account.public_key) == 24
    assert Entry.objects.get(verb__startswith="conversations.").verb == "conversations.account_opened"


def test_of_a_bots_secret_only_the_fingerprint_is_stored(anna):
    account, secret = accounts.open_account("telegram", code="second", name="Бот", by=anna)
    account.refresh_from_db()
    assert account.secret_fingerprint == secrets.fingerprint(secret)
    assert account.secret == ""
    renewed = accounts.renew_secret(account, by=anna)
    assert renewed != secret
    assert ChannelAccount.objects.get(pk=account.pk).secret_fingerprint == secrets.fingerprint(renewed)
    assert all(secret not in str(entry.changes) + entry.note for entry in Entry.objects.all())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"code": "okna"}, "code"),
        ({"code": "о кна"}, "code"),
        ({"name": " "}, "name"),
        ({"origins": ["a b"]}, "origins"),
    ],
)
def test_what_cannot_be_is_named(anna, given, field):
    with pytest.raises(Refused) as refusal:
        accounts.open_account("web_form", **{"code": "new", "name": "New", **given}, by=anna)
    assert list(refusal.value.fields) == [field]


def test_a_change_is_written_down_and_switching_off_too(anna):
    account = ChannelAccount.objects.get(code="web_form/okna")
    accounts.change(account, by=anna, name="okna", source=Source.objects.get(code="telegram"), is_active=False)
    assert Entry.objects.get(verb__startswith="conversations.").changes == {
        "name": ["okna.example.ru", "okna"],
        "source": ["Сайт «Окна»", "Telegram-бот"],
        "is_active": [True, False],
    }


def test_a_form_has_no_secret_to_renew(anna):
    with pytest.raises(Refused):
        accounts.renew_secret(ChannelAccount.objects.get(code="web_form/okna"), by=anna)
