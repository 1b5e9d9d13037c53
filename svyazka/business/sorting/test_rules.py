from __future__ import annotations

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.sorting import categories, in_force, rules
from svyazka.business.sorting.judge import judge
from svyazka.business.sorting.models import Category, SortRule
from svyazka.business.sorting.when import Heard, When, read, to_store
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def test_all_that_a_rule_names_must_hold():
    when = read({"accounts": ["telegram/main"], "any_of": ["перенести замер", "другое время"], "none_of": ["кредит"]})
    heard = {"kind": "message", "account": "telegram/main"}
    assert when.fits(Heard(text="Можно на другое время?", **heard))
    assert when.fits(Heard(text="надо перенести замеры", **heard))
    assert not when.fits(Heard(text="надо перенести наши замеры", **heard))
    assert not when.fits(Heard(text="другое время и кредит", **heard))
    assert not when.fits(Heard(kind="message", text="другое время", account="max/main"))


@pytest.mark.parametrize(
    ("sender", "asked", "fits"),
    [
        ("lead@agency.ru", "@agency.ru", True),
        ("lead@myagency.ru", "@agency.ru", False),
        ("+74951234567", "8 (495) 123-45-67", True),
        ("+74951234567", "+7495", True),
        ("+79161234567", "+7495", False),
        ("", "+7495", False),
    ],
)
def test_who_it_is_from(sender, asked, fits):
    assert read({"senders": [asked]}).fits(Heard(kind="call", sender=sender)) is fits


def test_what_is_not_known_fits_no_condition_on_it():
    when = read({"is_known": True})
    assert [when.fits(Heard(kind="form", is_known=one)) for one in (True, False, None)] == [True, False, False]


def test_calls_are_told_apart_by_how_they_ended():
    when = read({"kinds": ["call"], "results": ["missed"], "queues": ["night"]})
    assert when.fits(Heard(kind="call", result="missed", queue="night"))
    assert not when.fits(Heard(kind="call", result="answered", queue="night"))


def test_what_is_stored_is_read_again_as_it_was():
    when = When(any_of=("скидка",), has_deal=False, direction="in")
    assert read(to_store(when)) == when
    assert to_store(when) == {"any_of": ["скидка"], "has_deal": False, "direction": "in"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"direction": "in"},
        {"none_of": ["кредит"]},
        {"any_of": "скидка"},
        {"any_of": ["…"]},
        {"any_of": ["а" * 81]},
        {"any_of": [f"слово{number}" for number in range(101)]},
        {"kinds": ["letter"]},
        {"has_deal": "yes"},
        {"direction": "up", "any_of": ["а"]},
        {"whatever": 1},
        None,
        7,
    ],
)
def test_what_cannot_be_meant_is_refused(given):
    with pytest.raises(Refused):
        read(given)


def test_the_first_rule_that_fits_counts(category, anna):
    rules.add("Спам", category["spam"], {"any_of": ["кредит"]}, by=anna)
    second = rules.add("Жалобы", category["complaint"], {"any_of": ["кредит", "жалоба"]}, by=anna)
    assert judge(Heard("message", "Кредит без справок")).code == "spam"
    rules.move(second, up=True, by=anna)
    assert judge(Heard("message", "Кредит без справок")).code == "complaint"
    assert judge(Heard("message", "Добрый день")).code == ""


def test_what_is_switched_off_catches_nothing(category, anna):
    rule = rules.add("Спам", category["spam"], {"any_of": ["кредит"]}, by=anna)
    heard = Heard("message", "кредит")
    rules.switch(rule, on=False, by=anna)
    assert judge(heard).code == ""
    rules.switch(rule, on=True, by=anna)
    categories.switch(category["spam"], on=False, by=anna)
    assert judge(heard).code == ""
    categories.switch(category["spam"], on=True, by=anna)
    rules.remove(rule, by=anna)
    assert judge(heard).code == ""


def test_only_a_rule_makes_certain_spam(category, anna):
    rules.add("Спам", category["spam"], {"any_of": ["казино"]}, by=anna)
    assert judge(Heard("message", "Казино бонус")).is_certain_spam
    assert not judge(Heard("message", "Окна")).is_certain_spam


def test_a_broken_rule_is_said_and_the_others_work_on(category, anna):
    broken = rules.add("Первое", category["other"], {"any_of": ["окно"]}, by=anna)
    rules.add("Второе", category["complaint"], {"any_of": ["окно"]}, by=anna)
    SortRule.objects.filter(pk=broken.pk).update(when={"any_of": 7})
    in_force.changed()
    assert judge(Heard("message", "окно")).code == "complaint"
    assert set(in_force.now().faults) == {broken.pk}


def test_two_of_one_name_are_refused(category, anna):
    rules.add("Спам", category["spam"], {"any_of": ["кредит"]}, by=anna)
    with pytest.raises(Refused) as refusal:
        rules.add("Спам", category["other"], {"any_of": ["дело"]}, by=anna)
    assert set(refusal.value.fields) == {"name"}
    assert SortRule.objects.count() == 1


def test_whoever_began_with_an_earlier_state_is_told(category, anna):
    rule = rules.add("Спам", category["spam"], {"any_of": ["кредит"]}, by=anna)
    rules.change(rule, "Спам", category["spam"], {"any_of": ["заём"]}, seen=1, by=anna)
    with pytest.raises(ChangedMeanwhile):
        rules.change(rule, "Спам", category["spam"], {"any_of": ["ставки"]}, seen=1, by=anna)
    entry = Entry.objects.filter(verb="sorting.rule_changed").get()
    assert entry.changes == {"when": [{"any_of": ["кредит"]}, {"any_of": ["заём"]}]}


def test_a_category_of_the_company(category, anna):
    made = categories.add({"ru": "Гарантия", "en": "Warranty"}, meaning="order_question", colour="teal", by=anna)
    assert (made.code, made.position) == ("warranty", len(category))
    categories.change(made, {"ru": "Гарантия"}, meaning="complaint", colour="red", by=anna)
    assert Category.objects.filter(pk=made.pk).values("meaning", "colour").get() == {
        "meaning": "complaint",
        "colour": "red",
    }
    for wrong in ({"meaning": "nothing", "colour": "red"}, {"meaning": "spam", "colour": "pink"}):
        with pytest.raises(Refused):
            categories.add({"ru": "Другая"}, by=anna, **wrong)
