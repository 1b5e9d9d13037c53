from __future__ import annotations

import pytest

from svyazka.engines.matching.people import PersonName, is_whole_name, read, stem


@pytest.mark.parametrize(
    ("typed", "surname", "first", "patronymic", "gender", "reason"),
    [
        ("Иванов Иван Иванович", "иванов", "иван", "иван", "m", "as in a passport"),
        ("Иван Иванович Иванов", "иванов", "иван", "иван", "m", "as people say it"),
        ("иван иванов", "иванов", "иван", "", "m", "small letters"),
        ("ПЕТРОВА ОЛЬГА", "петров", "ольга", "", "f", "capitals"),
        ("Семён Королёв", "королев", "семен", "", "m", "ё"),
        ("Иванову Ивану Ивановичу", "иванов", "иван", "иван", "m", "to whom"),
        ("от Петровой Ольги", "петров", "ольга", "", "f", "from whom"),
        ("для Сергея", "", "сергей", "", "m", "for whom"),
        ("Шевчуку Петру", "шевчук", "петр", "", "m", "a surname without gender, declined"),
        ("Маша", "", "мария", "", "f", "short"),
        ("Лёха Смирнов", "смирнов", "алексей", "", "m", "shorter"),
        ("Наталия", "", "наталья", "", "f", "another spelling"),
        ("Сергею Палычу", "", "сергей", "павел", "m", "as spoken, declined"),
        ("Зайцева Александра Петровна", "заицев", "александра", "петр", "f", "she, by the father's name"),
        ("Лев Ильич", "", "лев", "илья", "m", "of Илья"),
        ("Юлия Юрьевна", "", "юлия", "юрий", "f", "of Юрий"),
        ("Shcherbakova Ekaterina", "щербаков", "екатерина", "", "f", "as in a passport for abroad"),
        ("Yuliya Tsvetkova", "цветков", "юлия", "", "f", "as a bank writes it"),
        ("Alexey Zhukov", "жуков", "алексей", "", "m", "as in chats"),
        ("Evgeniy Vorobyev", "воробев", "евгений", "", "m", "y for a soft sign"),
        ("Yurii Vorobiev", "воробев", "юрий", "", "m", "i for the same"),
        ("Bdfyjdf Vfhbz", "иванов", "мария", "", "f", "Russian with English keys"),
        ("Шмфтщм Шмфт", "иванов", "иван", "", "m", "English with Russian keys"),
        ("Gfdkjdf K.,jdm", "павлов", "любовь", "", "f", "letters that are signs on the other keyboard"),
        ("Cepгeй Пeтpoв", "петров", "сергей", "", "m", "Latin letters that look Cyrillic"),
        ("Иванов Иван (муж Ольги)", "иванов", "иван", "", "m", "a note in brackets"),
        ("Иван Иванов - замер", "иванов", "иван", "", "m", "a note behind a dash"),
        ("Ольга, не звонить до 12", "", "ольга", "", "f", "a wish"),
        ("Ольга жена Петра", "", "ольга", "", "f", "whose wife she is"),
        ("клиент Иван Иванов", "иванов", "иван", "", "m", "what he is"),
        ("г-жа Петрова Анна", "петров", "анна", "", "f", "a title"),
        ("Абрамович Роман", "абрамович", "роман", "", "m", "a surname like a patronymic"),
        ("Абрамович Роман Аркадьевич", "абрамович", "роман", "аркадий", "m", "beside one"),
        ("Мамедов Эльчин", "мамедов", "эльчин", "", "m", "a first name that no list knows"),
        ("Толстая Анна", "толст", "анна", "", "f", "like an adjective"),
        ("Вишневского Петра", "вишневск", "петр", "", "m", "the same, declined"),
        ("Иванова-Петрова Анна", "иванова-петров", "анна", "", "f", "two surnames"),
        ("Анна Цой", "цои", "анна", "", "f", "a short one"),
        ("Tdne[jdbx Cnfybckfd", "евтухович", "станислав", "", "m", "a letter that is a bracket on the other keyboard"),
        ("J/C/ Djkrjdf", "волков", "", "", "f", "and a point that is a stroke"),
        ("Германович Руслан Марьянович", "германович", "руслан", "марьян", "m", "of a father whom no list knows"),
        ("Картушина Анатолия", "картушин", "анатолий", "", "m", "a man in the genitive"),
        ("Данил от Марины", "", "даниил", "", "m", "by whom he comes"),
        ("не звонить до 12 Сергей", "", "сергей", "", "m", "a wish before the name"),
    ],
)
def test_a_name_is_read_however_it_is_written(typed, surname, first, patronymic, gender, reason):
    person = read(typed)
    assert (person.surname, set(person.firsts), person.patronymic, person.gender) == (
        surname, {first} - {""}, patronymic, gender,
    ), reason  # fmt: skip


@pytest.mark.parametrize("typed", ["Иванов И.И.", "Иванов ИИ", "И.И. Иванов", "Иванов И. И."])
def test_initials_are_no_names(typed):
    person = read(typed)
    assert (person.surname, person.firsts, person.initial, person.patronymic_initial) == (
        "иванов",
        frozenset(),
        "и",
        "и",
    )


def test_a_short_name_may_be_of_several():
    assert read("Слава Петров").firsts == {"вячеслав", "владислав", "станислав", "ярослав", "ростислав", "святослав"}
    assert read("Саша").firsts == {"александр", "александра"}
    assert read("Саша Петрова").firsts == {"александра"}
    assert read("Женя Иванов").firsts == {"евгений"}


@pytest.mark.parametrize(
    "typed", ["", "-", "нет", "Без имени", "тест", "Test", "Клиент", "Клиент 125", "не указано", "12345", "???", "ааа"]
)
def test_nobody_is_called_so(typed):
    assert read(typed) == PersonName()


def test_whoever_is_named_by_a_relation_is_not_told():
    assert not read("мама Саши")


def test_surnames_have_neither_gender_nor_case():
    assert {stem(one) for one in ("иванов", "иванова", "иванову", "ивановым", "ивановой")} == {"иванов"}
    assert {stem(one) for one in ("островский", "островская", "островскому")} == {"островск"}
    assert stem("михайлов") == stem("михаилова")
    assert stem("василльев") == stem("васильев")


@pytest.mark.parametrize("typed", ["Корсун", "Лиса", "Саркози"])
def test_one_word_that_no_list_knows_may_be_anything(typed):
    assert read(typed).is_lone


@pytest.mark.parametrize(("typed", "is_whole"), [("Иванов И.И.", True), ("Иванов Иван", True), ("Вектор Заря", False)])
def test_whether_nothing_but_a_name_is_said(typed, is_whole):
    assert is_whole_name(typed) == is_whole
