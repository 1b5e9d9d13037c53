"""Fields of somebody else's form, from what has come to what becomes of it."""

from __future__ import annotations

import json

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Deal
from svyazka.business.intake import form_fields
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.repair import run_again
from svyazka.business.intake.work_off import work_off
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

STRANGE = {"field_7": "8 916 123-45-67", "field_8": "Вера Павлова", "q1": "балкон", "api": "x"}


@pytest.fixture
def account(windows):
    return ChannelAccount.objects.get(code="web_form/okna")


def arrives(given: dict, **headers: str) -> Arrival:
    now, number = clock.now(), Arrival.objects.count()
    came = Arrival.objects.create(
        received_at=now,
        next_try_at=now,
        account="web_form/okna",
        connector="web_form",
        outside_id=str(number),
        conversation=str(number),
        headers={"content-type": "application/json", **headers},
        body=json.dumps(given).encode(),
    )
    work_off()
    came.refresh_from_db()
    return came


def test_what_was_not_understood_is_read_once_the_fields_are_chosen(account, anna):
    failed = arrives(STRANGE)
    assert failed.state == "stuck"
    names = {one.name: (one.sample, one.proposal) for one in form_fields.seen(account, form_fields.latest(account))}
    assert names == {name: (text, "") for name, text in STRANGE.items()}
    chosen = {"field_7": "phone", "field_8": "name", "q1": "message", "api": form_fields.ASIDE}
    account = form_fields.choose(account, chosen, is_captured=False, by=anna)
    assert form_fields.read_again(account, by=anna) == 1
    work_off()
    failed.refresh_from_db()
    assert failed.state == "done"
    assert Deal.objects.get().client.name == "Вера Павлова"
    line = Interaction.objects.get(kind="form")
    assert (line.text, line.data["extra"]) == ("балкон", {})


def test_until_the_fields_are_chosen_all_is_only_kept(account, anna):
    form_fields.choose(account, {}, is_captured=True, by=anna)
    kept = arrives({"phone": "+79161234567"})
    assert (kept.state, Deal.objects.count()) == ("stuck", 0)
    account.refresh_from_db()
    form_fields.choose(account, {}, is_captured=False, by=anna)
    form_fields.read_again(account, by=anna)
    work_off()
    assert Deal.objects.count() == 1


def test_a_field_of_the_deal_is_filled_in(account, anna):
    form_fields.choose(account, {"okon": "field:openings"}, is_captured=False, by=anna)
    arrives({"phone": "+79161234567", "okon": "4"})
    assert Deal.objects.get().facts["openings"] == 4


@pytest.mark.parametrize(
    "mapping",
    [{"a": "nothing"}, {"\x00": "name"}, {"a": "field:none"}, {"x" * 201: "name"}, {str(n): "" for n in range(101)}],
)
def test_what_is_no_field_is_refused(account, anna, mapping):
    with pytest.raises(Refused):
        form_fields.choose(account, mapping, is_captured=False, by=anna)
    account.refresh_from_db()
    assert account.options == {}


def test_spam_is_kept_and_taken_in_when_somebody_says_that_it_is_none(account, anna):
    held = arrives({"phone": "+79161234567", "_trap": "x"})
    assert (held.state, held.reason, Deal.objects.count()) == (
        "ignored", "Spam: a field that people do not see was filled in.", 0,
    )  # fmt: skip
    run_again(held, anna)
    work_off()
    held.refresh_from_db()
    assert (held.state, Deal.objects.count()) == ("done", 1)


def test_the_forms_arrivals_are_few_questions_however_many_there_are(account, anna, django_assert_num_queries):
    arrives(STRANGE)
    with django_assert_num_queries(1):
        form_fields.seen(account, form_fields.latest(account))
    for _more in range(29):
        arrives(STRANGE)
    with django_assert_num_queries(1):
        form_fields.seen(account, form_fields.latest(account))
