"""From a phone without signal: each thing once, in its order, with the money that was really taken."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.site_work import materials
from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial
from svyazka.business.site_work.things import Thing
from svyazka.business.visits import booking
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import beside, in_hand, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.kit import clock


@pytest.fixture
def send(its_day, egor, hour):
    """Sent twice: both times the phone hears the same."""
    phone, numbers = uuid4(), iter(range(1, 100))
    seen = in_hand.seen(its_day, egor)

    def put(kind, data, *, at=None, twice=True):
        given = {"person": egor.pk, "visit": its_day.pk, "phone": phone, "number": next(numbers), "seen": seen}
        one = Sent(id=uuid4(), kind=kind, at=at or clock.now(), data=data, **given)
        first = take.take_all([one], by=egor, clock_of_phone=clock.now())[0]
        if twice:
            assert take.take_all([one], by=egor, clock_of_phone=clock.now())[0] == first
        return first

    return put


def row():
    return str(uuid4())


def test_a_whole_visit_without_signal(send, line):
    foam, work, paid = row(), row(), row()
    assert send("material", {"row": foam, "line": str(line("foam").pk), "quantity": "2"})["outcome"] == "done"
    assert send("material", {"row": foam, "typed": "2,5", "was": "2"})["outcome"] == "done"
    free = {"row": work, "name": "Откос", "unit": "м", "quantity": "2,5", "price": "333,33"}
    assert send("extra_work", free)["answer"] == {"agreed": False}
    assert send("extra_consent", {"row": work, "consent": "on_spot", "consent_name": "Вера"})["outcome"] == "done"
    told = send("payment", {"row": paid, "amount": "833,33", "way": "cash", "receipt": "7"})
    assert (told["outcome"], told["answer"]) == ("done", {"receipt_again": 0})
    right = {"row": row(), "of": paid, "amount": "800", "note": "скидка"}
    assert send("payment_correction", right)["outcome"] == "done"
    assert (UsedMaterial.objects.get().quantity, ExtraWork.objects.get().cost) == (Decimal("2.5"), Decimal("833.33"))
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [Decimal("-33.33"), Decimal("833.33")]


def test_the_same_receipt_is_told_to_the_phone(send):
    first = {"row": row(), "amount": "10", "way": "cash", "receipt": "7"}
    send("payment", first)
    assert send("payment", {**first, "row": row()})["answer"] == {"receipt_again": 1}


def test_a_colleagues_number_is_not_overwritten_unseen(send, its_day, ilya, of_ilya):
    number = uuid4()
    materials.use(its_day, number, Thing("Клин", "шт"), Decimal(4), by=ilya)
    assert send("material", {"row": str(number), "quantity": "3", "was": "2"})["outcome"] == "beside"
    assert UsedMaterial.objects.get().quantity == 4
    assert send("material", {"row": str(number), "quantity": "5", "was": "4"})["outcome"] == "done"


def test_money_taken_on_a_visit_that_was_called_off_waits_for_the_office(send, its_day, egor, olga):
    booking.cancel(its_day, reason="Передумала", by=olga)
    assert send("payment", {"row": row(), "amount": "500", "way": "cash"})["outcome"] == "beside"
    assert not Payment.objects.exists()
    beside.take(Visit.objects.get(), egor, by=olga)
    assert Payment.objects.get().amount == 500


def test_a_line_that_was_deleted_meanwhile_is_still_what_it_was(send):
    send("material", {"row": row(), "line": str(10**9), "name": "Пена старая", "unit": "шт", "quantity": "1"})
    kept = UsedMaterial.objects.get()
    assert (kept.name, kept.line) == ("Пена старая", None)


NUMBER = row()
NONSENSE = [
    ("material", {}),
    ("material", {"row": "x", "name": "а", "quantity": "1"}),
    ("material", {"row": NUMBER, "name": "а", "quantity": "1e5"}),
    ("material", {"row": NUMBER, "name": "а", "quantity": "-1"}),
    ("material", {"row": NUMBER, "name": "а", "quantity": "1,2345"}),
    ("material", {"row": NUMBER, "name": "а", "quantity": True}),
    ("material", {"row": NUMBER, "name": " ", "quantity": "1"}),
    ("material", {"row": NUMBER, "name": "а" * 151, "quantity": "1"}),
    ("material", {"row": NUMBER, "line": ["1"], "quantity": "1"}),
    ("extra_work", {"row": NUMBER, "name": "а", "quantity": "1", "price": "nan"}),
    ("extra_work", {"row": NUMBER, "name": "а", "quantity": "1", "price": "10,005"}),
    ("extra_work", {"row": NUMBER, "name": "а", "quantity": "0", "price": "1"}),
    ("extra_work", {"row": NUMBER, "name": "а", "quantity": "1", "price": "1", "consent": "x", "consent_name": "В"}),
    ("extra_consent", {"row": NUMBER}),
    ("extra_consent", {"row": NUMBER, "consent": "on_spot", "consent_name": "Вера"}),
    ("extra_removal", {"row": 7}),
    ("payment", {"row": NUMBER, "amount": "0", "way": "cash"}),
    ("payment", {"row": NUMBER, "amount": "10", "way": ["cash"]}),
    ("payment", {"row": NUMBER, "amount": "10", "way": "shells"}),
    ("payment", {"row": NUMBER, "amount": "10", "way": "cash", "hands": "1000000000"}),
    ("payment", {"row": NUMBER, "amount": "99999999999", "way": "cash"}),
    ("payment_correction", {"row": NUMBER, "of": NUMBER, "amount": "1", "note": "x"}),
]


@pytest.mark.parametrize(("kind", "data"), NONSENSE)
def test_nonsense_is_refused_in_words(send, kind, data):
    told = send(kind, {"z": 1} | data)
    assert (told["outcome"], bool(told["words"])) == ("refused", True)
    assert not any(model.objects.exists() for model in (UsedMaterial, ExtraWork, Payment))


def test_every_kind_says_what_was_done(send, line, its_day, egor):
    from svyazka.business.visits.on_site import kinds

    for kind, data in NONSENSE:
        said = kinds.of(kind).said(Action(kind=kind, data=data, visit=its_day, person=egor))
        assert isinstance(said, str)
        assert said


def test_work_of_somebody_who_does_not_go_there_is_not_taken(its_day, ilya):
    given = {"person": ilya.pk, "visit": its_day.pk, "phone": uuid4(), "number": 1, "seen": {}}
    data = {"row": row(), "amount": "1", "way": "cash"}
    one = Sent(id=uuid4(), kind="payment", at=clock.now(), data=data, **given)
    (told,) = take.take_all([one], by=ilya, clock_of_phone=clock.now())
    assert (told["outcome"], Payment.objects.exists()) == ("refused", False)
