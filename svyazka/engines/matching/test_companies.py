from __future__ import annotations

import pytest

from svyazka.engines.matching.companies import has_form, read
from svyazka.engines.matching.people import PersonName


@pytest.mark.parametrize(
    ("typed", "core", "form", "reason"),
    [
        ("ООО «Ромашка»", "ромашка", "ооо", "before"),
        ("Ромашка ООО", "ромашка", "ооо", "behind"),
        ('ооо"ромашка"', "ромашка", "ооо", "without a space"),
        ("ОООРомашка", "ромашка", "ооо", "without anything"),
        ('Общество с ограниченной ответственностью "Ромашка"', "ромашка", "ооо", "spelled out"),
        ("OOO Romashka", "ромашка", "ооо", "in Latin letters"),
        ("Romashka LLC", "ромашка", "ооо", "for abroad"),
        ("jjj hjvfirf", "ромашка", "ооо", "with English keys"),
        ("ООО ТД «Ромашка»", "ромашка", "ооо", "what it does is no name"),
        ("Компания «Ромашка»", "ромашка", "", "nor what it is"),
        ('ЗАО "Вектор" г. Москва', "вектор", "зао", "with its town"),
        ("Публичное акционерное общество «Вектор»", "вектор", "пао", "another form"),
        ("Акционерное общество Вектор", "вектор", "ао", "which contains yet another"),
        ("Вектор Плюс", "вектор плюс", "", "two words"),
        ("ТСЖ Заря", "заря", "тсж", "a house"),
        ("Медплюс (Тверь)", "медплюс", "", "its town in brackets"),
        ("ООО Мосгрупп г. Санкт-Петербург", "мосгрупп", "ооо", "of two words"),
        ("ООО «Самара»", "самара", "ооо", "called like a town"),
        ("Торговый дом", "торговый дом", "", "nothing but trades: then these are its name"),
    ],
)
def test_the_core_is_left(typed, core, form, reason):
    company = read(typed)
    assert (company.core, company.form) == (core, form), reason


def test_what_it_does_is_all_that_tells_it_from_its_sister():
    assert (read("Медплюс-Сервис").core, read("Медплюс").core) == ("медплюс", "медплюс")
    assert read("Медплюс-Сервис").trades != read("Медплюс").trades


@pytest.mark.parametrize("typed", ["", "нет", "физ. лицо", "физлицо", "частное лицо", "ООО", "ИП", "-", "самозанятая"])
def test_no_company(typed):
    assert not read(typed)


@pytest.mark.parametrize(
    "typed", ["ИП Иванов И.И.", "Индивидуальный предприниматель Иванов И. И.", "Иванов И.И.", "Иванов Иван Иванович"]
)
def test_whoever_trades_in_his_own_name_is_a_person(typed):
    company = read(typed)
    assert (company.core, company.form) == ("", "ип")
    assert (company.owner.surname, company.owner.initial) == ("иванов", "и")


def test_a_company_may_stand_where_a_name_should():
    assert has_form("ООО Ромашка")
    assert not has_form("Иванов Иван")
    assert not has_form("ООО")


@pytest.mark.parametrize(("typed", "is_company"), [("ИП Мосина", True), ("Мосина И.П.", False), ("Мосина и п", False)])
def test_initials_are_no_sole_trader(typed, is_company):
    assert has_form(typed) is is_company
    assert (read(typed).owner or PersonName()).patronymic_initial == ("" if is_company else "п")
