from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.conversations import accounts, proofs
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake import reckoning
from svyazka.business.intake.counted_there import Counted
from svyazka.business.intake.models import Arrival, Reckoning
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Denied, Unreached
from svyazka.kit import clock, secrets

THERE: dict[str, object] = {}


def count(asking):
    said = THERE[asking.access.account]
    if isinstance(said, Exception):
        raise said
    return said


@pytest.fixture
def account(transactional_db, settings):
    settings.COUNTED_THERE = {"green_api": f"{__name__}.count"}
    return ChannelAccount.objects.create(
        kind="green_api", code="green_api/main", name="Green", public_key="g", secret=secrets.lock_away("t")
    )


def arrival(number: str) -> NewArrival:
    return NewArrival("green_api/main", "green_api", number, f"green_api/main/{number}", {}, b"{}")


def reckoned() -> Reckoning:
    reckoning.go_round()
    return Reckoning.objects.get(account="green_api/main")


def in_ledger() -> list[str]:
    return list(Arrival.objects.filter(account="green_api/main").order_by("id").values_list("outside_id", flat=True))


def test_what_is_missing_and_can_be_had_once_more_is_written_down(account):
    THERE[account.code] = Counted({"a": arrival("a"), "b": arrival("b")})
    one = reckoned()
    assert (one.there, one.fetched, one.missing, one.trouble) == (2, 2, [], "")
    assert in_ledger() == ["a", "b"]
    reckoning.ask(account.code)
    assert (reckoned().fetched, in_ledger()) == (0, ["a", "b"])


def test_what_is_missing_for_good_is_named(account):
    THERE[account.code] = Counted({"a": arrival("a"), "gone": None})
    assert reckoned().missing == ["gone"]


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        (Denied(), reckoning.NOT_LET_IN),
        (Unreached("ConnectError"), f"{reckoning.NOT_REACHED} [ConnectError]"),
        (ValueError("a mistake of ours"), reckoning.BROKEN),
    ],
)
def test_an_answer_that_does_not_come_is_said(account, said, trouble):
    THERE[account.code] = said
    assert reckoned().trouble == trouble


def test_a_secret_that_does_not_open_keeps_nobody_else(account):
    ChannelAccount.objects.create(
        kind="green_api", code="green_api/other", name="Other", public_key="o", secret="locked:v1:nonsense"
    )
    THERE[account.code] = Counted({})
    reckoning.go_round()
    assert Reckoning.objects.get(account="green_api/main").trouble == ""


def test_it_is_asked_again_only_after_its_time_or_when_somebody_wants_to_know(account):
    THERE[account.code] = Counted({})
    assert [reckoning.go_round() for _ in range(2)] == [1, 0]
    reckoning.ask(account.code)
    assert [reckoning.go_round() for _ in range(2)] == [1, 0]
    Reckoning.objects.update(at=clock.now() - timedelta(hours=1))
    assert reckoning.go_round() == 1


def test_what_is_switched_off_is_not_asked(account):
    ChannelAccount.objects.update(is_active=False)
    assert reckoning.go_round() == 0


def test_a_form_that_wants_a_secret_is_not_knocked_at(db, anna, settings):
    settings.COUNTED_THERE = {"web_form": f"{__name__}.count"}
    form, _secret = accounts.open_account("web_form", code="tilda", name="Tilda", by=anna)
    ChannelAccount.objects.exclude(pk=form.pk).update(is_active=False)
    THERE[form.code] = Counted(trouble="was knocked at")
    proofs.ask_for(form, "header", "X-Api-Key", by=anna)
    assert reckoning.go_round() == 0
    proofs.ask_for(form, "", "", by=anna)
    assert reckoning.go_round() == 1
