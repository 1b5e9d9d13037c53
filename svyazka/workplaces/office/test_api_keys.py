from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.journal.models import Entry
from svyazka.business.staff import api_keys
from svyazka.business.staff.models import ApiKey
from svyazka.kit import clock, secrets

PAGE = "/office/api-keys/"


@pytest.fixture
def page_of(enter, windows):
    return enter(windows["anna"])


def test_a_key_is_made_and_shown_once(page_of, windows):
    given = {"name": " 1С ", "person": windows["olga"].pk, "last_day": clock.today().isoformat()}
    answer = page_of.post(PAGE, given)
    assert answer.status_code == 200, answer.context["form"].errors
    token = answer.context["token"]
    key = ApiKey.objects.get()
    assert (key.name, key.person, key.fingerprint) == ("1С", windows["olga"], secrets.fingerprint(token))
    assert token in answer.content.decode()
    assert token not in page_of.get(PAGE).content.decode()
    assert api_keys.let_in(token, address="127.0.0.1").pk == key.pk
    assert Entry.objects.get(verb="staff.key_given").object_id == windows["olga"].pk


def test_a_revoked_key_opens_nothing_and_a_second_click_changes_nothing(page_of, windows):
    key, token = api_keys.give("1С", windows["olga"], by=windows["anna"])
    for _click in range(2):
        assert page_of.post(f"{PAGE}{key.pk}/revocation/").status_code == 302
    with pytest.raises(api_keys.NoKey):
        api_keys.let_in(token, address="127.0.0.1")
    assert Entry.objects.filter(verb="staff.key_revoked").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "\x00"}, {"person": "0"}, {"last_day": "2020-01-01"}, {"last_day": "9999-12-31"}]
)
def test_what_cannot_be_meant_makes_no_key(page_of, windows, wrong):
    given = {"name": "1С", "person": windows["olga"].pk, "last_day": ""}
    assert page_of.post(PAGE, given | wrong).status_code == 422
    assert not ApiKey.objects.exists()


def test_thirty_keys_cost_as_much_as_one(page_of, windows):
    api_keys.give("1", windows["olga"], by=windows["anna"])
    with CaptureQueriesContext(connection) as one:
        page_of.get(PAGE)
    for number in range(29):
        api_keys.give(str(number), windows["olga"], last_day=clock.today() + timedelta(days=1), by=windows["anna"])
    with CaptureQueriesContext(connection) as thirty:
        page_of.get(PAGE)
    assert len(one) == len(thirty)
