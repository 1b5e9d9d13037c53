"""From a phone without signal: each thing once, in its order, with the money that was really taken."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.site_work import extra, materials
from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial
from svyazka.business.site_work.things import Thing
from svyazka.business.visits import booking
from svyazka.business.visits.models import Action, Visit
from svyazka.business.visits.on_site import beside, in_hand, take
from svyazka.business.visits.on_site.sent import Sent
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


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


def test_money_that_was_taken_cannot_be_left(send, its_day, egor, olga):
    booking.cancel(its_day, reason="Передумала", by=olga)
    send("payment", {"row": row(), "amount": "500", "way": "cash"})
    with pytest.raises(Refused, match="взяли деньги"):
        beside.leave(Visit.objects.get(), egor, by=olga)
    assert beside.list_open().count() == 1


SLOPE = {"name": "Откос", "unit": "м", "price": "1000"}
AGREED = {"consent": "on_spot", "consent_name": "Вера"}


def test_the_client_agrees_to_the_sum_that_he_has_heard(send, work, its_day, ilya, egor, of_ilya, olga):
    number = uuid4()
    work("Откос", 2, 1000, number=number)
    work("Откос", 10, 1000, number=number, by=ilya)
    heard = {"row": str(number), **AGREED, "was": "2", "was_price": "1000"}
    assert send("extra_consent", heard)["outcome"] == "beside"
    assert (ExtraWork.objects.get().consent, Action.objects.get().theirs) == (
        "",
        {"text": "Откос: 10 шт × 1000.00 = 10000.00"},
    )
    beside.take(Visit.objects.get(), egor, by=olga)
    assert ExtraWork.objects.get().consent == "on_spot"


def test_a_sum_of_his_own_from_another_phone_was_not_heard_either(send, work):
    number = uuid4()
    work("Откос", 2, 1500, number=number)
    heard = {"row": str(number), **AGREED, "was": "2"}
    assert send("extra_consent", {**heard, "was_price": "1000"})["outcome"] == "beside"
    assert send("extra_consent", {**heard, "was_price": "1500,00"})["outcome"] == "done"


def test_a_colleagues_extra_work_is_not_overwritten_unseen(send, work, egor, ilya, of_ilya, olga, agreed):
    number = uuid4()
    work("Откос", 5, 1000, number=number, by=ilya, agreed=agreed)
    his = {"row": str(number), **SLOPE, "quantity": "3", "was": "2", "was_price": "1000"}
    assert send("extra_work", his)["outcome"] == "beside"
    assert (ExtraWork.objects.get().quantity, ExtraWork.objects.get().is_agreed) == (5, True)
    assert send("extra_work", {**his, "quantity": "4", "was": "5"})["outcome"] == "done"
    assert send("extra_work", {**his, "quantity": "6", "was": "5"})["outcome"] == "done"  # his own by now
    beside.take(Visit.objects.get(), egor, by=olga)
    assert ExtraWork.objects.get().quantity == 3


def test_what_a_colleague_has_taken_off_does_not_come_back_unseen(send, work, its_day, egor, ilya, of_ilya, olga):
    number = uuid4()
    work("Откос", 2, 1000, number=number)
    extra.remove(its_day, number, by=ilya)
    seen = {"row": str(number), "was": "2", "was_price": "1000"}
    assert send("extra_work", {**seen, **SLOPE, "quantity": "3"})["outcome"] == "beside"
    assert send("extra_consent", {**seen, **AGREED, "was": "3"})["outcome"] == "beside"
    assert ExtraWork.objects.get().removed_at is not None
    beside.take(Visit.objects.get(), egor, by=olga)
    kept = ExtraWork.objects.get()
    assert (kept.removed_at, kept.quantity, kept.consent) == (None, 3, "on_spot")


def test_all_of_a_visit_that_was_moved_waits_and_is_taken_over_in_its_order(
    send, its_day, egor, of_egor, olga, hour, line
):
    booking.move(its_day, hour(10, days=1), of_egor, reason="Позже", by=olga)
    first, second, paid = row(), row(), row()
    told = [
        send("status", {"status": "started"}),
        send("material", {"row": row(), "line": str(line("foam").pk), "quantity": "2"}),
        send("extra_work", {"row": first, **SLOPE, "quantity": "1"}),
        send("extra_consent", {"row": first, **AGREED, "was": "1", "was_price": "1000"}),
        send("extra_work", {"row": second, **SLOPE, "quantity": "2"}),
        send("extra_removal", {"row": second, "name": "Откос"}),
        send("payment", {"row": paid, "amount": "1000", "way": "cash"}),
        send("payment_correction", {"row": row(), "of": paid, "amount": "900", "note": "скидка"}),
    ]
    assert {one["outcome"] for one in told} == {"beside"}
    beside.take(Visit.objects.get(), egor, by=olga)
    assert set(Action.objects.values_list("words", flat=True)) == {""}
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [-100, 1000]
    standing = ExtraWork.objects.get(removed_at=None)
    assert (standing.consent, UsedMaterial.objects.get().quantity) == ("on_spot", 2)


def test_a_payment_alone_of_a_moved_visit_counts_once_it_is_taken_over(send, its_day, egor, of_egor, olga, hour):
    booking.move(its_day, hour(10, days=1), of_egor, reason="Позже", by=olga)
    assert send("payment", {"row": row(), "amount": "500", "way": "cash"})["outcome"] == "beside"
    beside.take(Visit.objects.get(), egor, by=olga)
    assert Payment.objects.get().amount == 500


@pytest.mark.parametrize("kind", ["material", "extra_work"])
def test_work_alone_of_a_moved_visit_counts_once_it_is_taken_over(send, its_day, egor, of_egor, olga, hour, kind):
    booking.move(its_day, hour(10, days=1), of_egor, reason="Позже", by=olga)
    assert send(kind, {"row": row(), **SLOPE, "quantity": "2"})["outcome"] == "beside"
    assert not UsedMaterial.objects.exists()
    assert not ExtraWork.objects.exists()
    beside.take(Visit.objects.get(), egor, by=olga)
    (kept,) = UsedMaterial.objects.all() if kind == "material" else ExtraWork.objects.all()
    assert (kept.name, kept.quantity, kept.by) == ("Откос", 2, egor)
    assert Action.objects.get().words == ""


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
