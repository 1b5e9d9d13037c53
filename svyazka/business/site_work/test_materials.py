from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.site_work import materials
from svyazka.business.site_work.models import UsedMaterial
from svyazka.business.site_work.things import Thing
from svyazka.kit.refusals import Refused


@pytest.fixture
def use(its_day, egor):
    def used(name, quantity, *, number=None, line=None, by=egor):
        thing = Thing(line.name, line.unit, line) if line else Thing(name, "шт")
        return materials.use(its_day, number or uuid4(), thing, Decimal(str(quantity)), by=by)

    return used


def test_so_much_of_it_by_now(use, line):
    number = uuid4()
    use("", 2, number=number, line=line("foam"))
    use("", "3.5", number=number, line=line("foam"))
    kept = UsedMaterial.objects.get()
    assert (kept.name, kept.unit, kept.quantity, kept.price) == ("Пена монтажная, 750 мл", "шт", Decimal("3.5"), 520)
    assert kept.cost == Decimal("1820.00")


def test_nothing_takes_it_off_and_it_can_come_again(use):
    number = uuid4()
    use("Клин", 4, number=number)
    assert use("Клин", 0, number=number) is None
    assert UsedMaterial.objects.get().removed_at is not None
    use("Клин", 1, number=number)
    assert (UsedMaterial.objects.get().removed_at, UsedMaterial.objects.get().quantity) == (None, 1)


def test_the_journal_has_each_step_and_the_history_one_line(use):
    number = uuid4()
    for much in (1, 2, 0):
        use("Клин", much, number=number)
    use("Пена", 3)
    steps = Entry.objects.filter(verb="site_work.used").order_by("id").values_list("changes", flat=True)
    assert [step["material"] for step in steps] == [
        [None, "Клин: 1 шт"],
        ["Клин: 1 шт", "Клин: 2 шт"],
        ["Клин: 2 шт", None],
        [None, "Пена: 3 шт"],
    ]
    assert Interaction.objects.get(data__event="materials").text == "Пена: 3 шт"


def test_what_was_said_before_changes_nothing(use):
    number = uuid4()
    use("Клин", 1, number=number)
    use("Клин", 1, number=number)
    assert Entry.objects.filter(verb="site_work.used").count() == 1


def test_before_its_day_nothing_can_have_been_used(visit, egor):
    with pytest.raises(Refused, match="ещё не наступил"):
        materials.use(visit, uuid4(), Thing("Клин", "шт"), Decimal(1), by=egor)


def test_a_row_of_another_visit_is_none_of_this_one(use, its_day, deal, measurement, of_ilya, hour, olga, egor):
    from svyazka.business.visits import booking

    number = uuid4()
    use("Клин", 1, number=number)
    other = booking.book(deal, measurement, of_ilya, hour(15), request_id=uuid4(), by=olga)
    with pytest.raises(Refused):
        materials.use(other, number, Thing("Клин", "шт"), Decimal(2), by=egor)
    assert UsedMaterial.objects.get().quantity == 1


def test_what_has_become_dearer_since_costs_what_it_did(use, line, anna):
    from svyazka.business.site_work import prices
    from svyazka.business.site_work.prices import Wish

    use("", 2, line=line("foam"))
    prices.change(line("foam"), Wish("material", "Пена другая", "шт", Decimal(900)), by=anna)
    kept = UsedMaterial.objects.get()
    assert (kept.name, kept.price) == ("Пена монтажная, 750 мл", 520)
