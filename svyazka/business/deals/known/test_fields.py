from __future__ import annotations

import pytest

from svyazka.business.deals.known import fields, known_values
from svyazka.business.deals.known.fields import Choice
from svyazka.business.deals.models import Deal, Field, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import Refused

MATERIALS = [Choice({"ru": "Дуб", "en": "Oak"}), Choice({"ru": "Пластик", "en": "Plastic"})]


@pytest.fixture
def material(anna) -> Field:
    return fields.add({"ru": "Материал", "en": "Material"}, of="deal", kind="choice", choices=MATERIALS, by=anna)


def known_of(field: Field) -> list[tuple[str, bool]]:
    field.refresh_from_db()
    return [(one["code"], not one.get("gone")) for one in field.choices]


def test_a_field_is_added_behind_the_others_and_stands_in_the_journal(material, anna):
    assert (material.code, known_of(material)) == ("material", [("oak", True), ("plastic", True)])
    assert Field.objects.last() == material
    entry = Entry.objects.latest("id")
    assert (entry.verb, entry.by_id, entry.changes) == ("deals.field_added", anna.pk, {"name": [None, "Материал"]})


def test_a_name_that_is_there_already_and_a_list_of_nothing_are_refused(material, anna):
    with pytest.raises(Refused, match="Такое название уже есть"):
        fields.add({"ru": "Материал"}, of="deal", kind="text", by=anna)
    with pytest.raises(Refused, match="хотя бы один вариант"):
        fields.add({"ru": "Цвет"}, of="deal", kind="choice", choices=[Choice({"ru": " "})], by=anna)
    assert fields.add({"ru": "Материал", "en": "Material"}, of="client", kind="text", by=anna).code == "material_2"


def test_no_field_takes_the_name_of_what_every_deal_has(anna, windows):
    assert fields.add({"ru": "Адрес склада", "en": "Address"}, of="deal", kind="text", by=anna).code == "address_2"


def test_the_kind_stays_as_soon_as_something_is_known(material, anna, vera):
    fields.change(material, material.words, kind="choices", choices=[Choice({"ru": "Дуб"}, "oak")], by=anna)
    open_deal(vera, facts={"material": ["oak"]}, by=anna)
    with pytest.raises(Refused, match=r"Вид поля нельзя изменить: в нём уже есть значения \(1\)"):
        fields.change(material, material.words, kind="text", by=anna)
    assert Field.objects.get(pk=material.pk).kind == "choices"


def test_what_was_emptied_again_is_not_known(material, anna, vera):
    open_deal(vera, facts={"material": None}, by=anna)
    assert known_values.count(material) == 0
    assert fields.change(material, material.words, kind="text", by=anna).choices == []


def test_choices_are_renamed_put_in_order_added_and_those_in_use_are_only_switched_off(material, anna, vera):
    open_deal(vera, facts={"material": "oak"}, by=anna)
    changed = [Choice({"ru": "ПВХ"}, "plastic"), Choice({"ru": "Ясень", "en": "Ash"})]
    fields.change(material, material.words, kind="choice", choices=changed, by=anna)
    assert known_of(material) == [("plastic", True), ("ash", True), ("oak", False)]
    off = [
        Choice({"ru": "Дуб"}, "oak"),
        Choice({"ru": "ПВХ"}, "plastic", offered=False),
        Choice({"ru": "Ясень"}, "ash"),
    ]
    fields.change(material, material.words, kind="choice", choices=off, by=anna)
    assert known_of(material) == [("oak", True), ("ash", True)]


def test_a_choice_that_a_stage_is_only_for_is_in_use(material, anna):
    Stage.objects.filter(code="contract").update(only_when={"material": ["plastic"]})
    fields.change(material, material.words, kind="choice", choices=MATERIALS[:1], by=anna)
    assert known_of(material)[-1] == ("plastic", False)


def test_what_a_stage_requires_cannot_be_switched_off_and_the_stages_are_named(material, anna):
    Stage.objects.filter(code__in=("contract", "measured")).update(required=["material"])
    with pytest.raises(fields.StillAsked) as refused:
        fields.switch(material, on=False, by=anna)
    assert [stage.code for stage in refused.value.stages] == ["measured", "contract"]
    Stage.objects.filter(code__in=("contract", "measured")).update(required=[])
    fields.switch(material, on=False, by=anna)
    assert not Field.objects.get(pk=material.pk).is_active


def test_the_order_changes_among_those_of_the_same(material, anna):
    client = fields.add({"ru": "ИНН", "en": "Tax number"}, of="client", kind="text", by=anna)
    last = fields.add({"ru": "Цвет", "en": "Colour"}, of="deal", kind="text", by=anna)
    fields.move(last, up=True, by=anna)
    fields.move(client, up=True, by=anna)
    codes = list(Field.objects.filter(of="deal").values_list("code", flat=True))
    assert codes[-2:] == ["colour", "material"]
    fields.move(Field.objects.get(code="material"), up=False, by=anna)
    assert list(Field.objects.filter(of="deal").values_list("code", flat=True)) == codes


def test_how_many_have_a_choice(material, anna, vera):
    for chosen in ("oak", "oak", "", None):
        open_deal(vera, facts={"material": chosen}, by=anna)
    assert known_values.choices_of(material) == {"oak": 2}
    assert known_values.counted("deal")["material"] == 2
    assert known_values.counted("visit") == {}
    assert Deal.objects.count() == 4
