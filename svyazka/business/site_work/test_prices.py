from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.site_work import materials, pasting, payments, prices, usual
from svyazka.business.site_work.models import PriceLine, UsualAmount
from svyazka.business.site_work.prices import Wish
from svyazka.business.site_work.things import Thing
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def wish(name="Клин", price=12, **more):
    return Wish(**{"kind": "material", "unit": "шт", "name": name, "price": Decimal(str(price)), **more})


def test_a_line_and_its_twin(anna):
    made = prices.add(wish(visit_kinds=["installation"]), by=anna)
    assert (made.code, made.step, [one.code for one in made.visit_kinds.all()]) == ("klin", 1, ["installation"])
    with pytest.raises(Refused, match="уже есть"):
        prices.add(wish("  КЛИН "), by=anna)
    assert prices.add(wish(kind="work"), by=anna).is_sold


def test_what_is_measured_goes_in_halves(anna):
    assert prices.add(wish("Лента", unit="м"), by=anna).step == Decimal("0.5")
    assert prices.add(wish("Скотч", unit="м", step=Decimal(10)), by=anna).step == 10


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"name": "к" * 151}, {"unit": ""}, {"unit": "ш" * 21}, {"kind": "x"}, {"step": Decimal(0)}]
)
def test_nonsense_is_no_line(anna, wrong):
    with pytest.raises(Refused):
        prices.add(wish(**wrong), by=anna)


def test_somebody_elses_change_is_not_overwritten(line, anna):
    shown = line("foam")
    prices.change(shown, wish("Пена новая", 600), by=anna, version=shown.version)
    with pytest.raises(ChangedMeanwhile):
        prices.change(shown, wish("Пена другая", 700), by=anna, version=shown.version)
    assert (line("foam").price_before, line("foam").name) == (520, "Пена новая")
    assert Entry.objects.get(verb="site_work.price_changed").changes["price"] == ["520.00", "600"]


def test_deleted_and_put_back(line, anna):
    kept = prices.remove(line("handle"), by=anna)
    assert not PriceLine.objects.filter(code="handle").exists()
    back = prices.put_back(kept, by=anna)
    assert (back.name, back.price, back.is_sold) == ("Ручка оконная", 650, True)


def test_what_was_used_is_retired_and_not_deleted(line, its_day, egor, anna):
    foam = line("foam")
    materials.use(its_day, uuid4(), Thing(foam.name, foam.unit, foam), Decimal(1), by=egor)
    assert prices.remove(foam, by=anna) is None
    assert line("foam").is_active is False


def test_what_is_offered_is_for_this_kind_or_for_all(line, measurement, anna):
    names = [one.name for one in prices.offered(measurement)]
    assert names == ["Детский замок", "Замер дополнительного проёма", "Ручка оконная", "Сетка москитная"]
    prices.switch(line("handle"), on=False, by=anna)
    assert "Ручка оконная" not in [one.name for one in prices.offered(measurement)]


def test_found_by_any_word_and_sorted(line):
    found = prices.list_lines(wanted="монтаж ПЕНА", order="-price")
    assert [one.code for one in found] == ["foam"]
    asked = prices.list_lines(kind="work", order="-price", visit_kind="service", in_use=True)
    assert [one.code for one in asked] == ["reveal", "adjust", "replace_seal"]


def test_what_a_phone_keeps_has_another_mark_with_each_change(line, installation, anna):
    marks = [prices.mark()]
    prices.change(line("foam"), wish("Пена", 1), by=anna)
    marks.append(prices.mark())
    usual.change(installation, {line("handle").pk: Decimal(1)}, by=anna)
    marks.append(prices.mark())
    prices.remove(line("measure_more"), by=anna)
    marks.append(prices.mark())
    payments.PAYMENT_WAYS.rename(payments.ways()[0], {"ru": "Деньгами"}, by=anna)
    marks.append(prices.mark())
    assert len(set(marks)) == 5


def test_a_standard_set(installation, line, anna):
    usual.change(installation, {line("foam").pk: Decimal(2), line("sealant").pk: Decimal(0)}, by=anna)
    assert [(one.line.code, one.quantity) for one in usual.of_kind(installation)] == [("foam", 2)]
    with pytest.raises(Refused):
        usual.change(installation, {line("reveal").pk: Decimal(1)}, by=anna)
    assert UsualAmount.objects.filter(visit_kind=installation).count() == 1


def test_lines_pasted_out_of_a_spreadsheet(line, anna):
    before = PriceLine.objects.count()
    table = (
        "Наименование\tЕд.\tЦена\tПродаётся\n"
        "Клин пластиковый\tшт\t12,50\tнет\n"
        "ручка оконная\tшт\t720\tда\r\n"
        "\n"
        "Герметик белый, 310 мл\tшт\t390\n"
        "Уголок\tшт\tдорого\n"
        "Отлив\t\t100\n"
    )
    done = pasting.take_in(table, kind="material", by=anna)
    assert (done.added, done.changed, done.same) == (1, 1, 1)
    assert [number for number, _why in done.wrong] == [6, 7]
    assert (line("handle").price, line("handle").name) == (720, "ручка оконная")
    assert PriceLine.objects.count() == before + 1


@pytest.mark.parametrize("nothing", ["", " \n \n", "Наименование\tЕд.\tЦена\n", "к\tшт\t1\n" * 1001])
def test_what_is_no_table_of_lines(anna, nothing):
    with pytest.raises(Refused):
        pasting.take_in(nothing, kind="material", by=anna)


def test_a_quotation_mark_of_an_inch_is_read(anna):
    done = pasting.take_in('Саморез 1/2"\tшт\t3\n', kind="material", by=anna)
    assert (done.added, done.wrong) == (1, [])
