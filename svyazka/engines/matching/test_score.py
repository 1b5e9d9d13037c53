"""Who must not be glued together, who must, and why: each a case of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.matching import places
from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.compare import Base, compare, rarity
from svyazka.engines.matching.decide import decide
from svyazka.engines.matching.keys import Key, filed
from svyazka.engines.matching.record import Given, Record, normalise, together
from svyazka.engines.matching.score import Reason, score
from svyazka.engines.matching.terms import LADDERS, TERMS

PHONE, OTHER = "8 916 765-43-21", "8 903 222-11-33"


def who(name="", phone="", **more) -> Record:
    said = {one: (value,) if isinstance(value, str) else value for one, value in more.items()}
    return normalise(Given(names=(name,), phones=(phone,), **said))


def shared_by(people: int) -> Base:
    return Base({"+79167654321": people})


VERA = who("Иванова Вера Петровна", PHONE, emails="v.ivanova77@mail.ru", addresses="Москва, Лесная 5-12")


@pytest.mark.parametrize(
    ("arrived", "reason"),
    [
        (who("Вера", "+7 (916) 765 43 21"), "her first name and her phone"),
        (who("Ivanova Vera", "79167654321"), "in Latin letters"),
        (who("Bdfyjdf Dthf", "89167654321"), "with English keys"),
        (who("Ивановой Вере", PHONE), "declined"),
        (who("Иваонва Вера", PHONE), "with a slip"),
        (who("Иванова В.П.", PHONE), "with initials"),
        (who("Вера Иванова", OTHER, emails="V.Ivanova77@mial.ru"), "another phone, her mailbox with a slip"),
    ],
)
def test_she_is_known_again(arrived, reason):
    assert decide(arrived, [(1, VERA)]).client == 1, reason


@pytest.mark.parametrize(
    ("known", "arrived", "base", "veto", "reason"),
    [
        (VERA, who("Иванов Петр", PHONE), Base(), "other_first_name", "her husband on her phone"),
        (VERA, who("Иванова Ольга", PHONE, addresses="Лесная 5-12"), Base(), "other_first_name", "her daughter"),
        (VERA, who("Вера Николаевна", PHONE), Base(), "other_patronymic", "another Vera"),
        (
            who("Иванов Иван Петрович", PHONE), who("Иванов Иван Иванович", PHONE), Base(),
            "other_patronymic", "father and son of one name",
        ),
        (who("Иванов И.", PHONE), who("Иванова И.", PHONE), Base(), "other_gender", "a couple with one initial"),
        (who("Иванов Иван", PHONE), who("Петров Иван", PHONE), Base(), "other_surname", "a number given out anew"),
        (VERA, who("", PHONE), shared_by(2), "shared_contact", "a phone of two, and no name"),
        (VERA, who("Вера", PHONE), shared_by(20), "shared_contact", "an agent's phone: which Vera?"),
        (who("Иванов Иван"), who("Иванов Иван"), Base(), "no_contact", "namesakes"),
        (
            who("", PHONE, companies="ООО Вектор", tax_numbers="7707083893"),
            who("", PHONE, companies="ООО Вектор", tax_numbers="7736050003"), Base(),
            "other_tax_number", "two companies of one owner and one name",
        ),
        (
            who("Ян", PHONE, companies="Вектор"), who("Ян", PHONE, companies="Заря"), Base(),
            "other_company", "and of two",
        ),
    ],
)  # fmt: skip
def test_others_are_not_glued_together(known, arrived, base, veto, reason):
    assert veto in score(arrived, known, base).vetoes, reason
    assert decide(arrived, [(1, known)], base=base).client is None, reason


def test_who_gives_no_name_is_asked_about():
    assert score(who("", PHONE), VERA).vetoes == ("no_name",)
    assert decide(who("", PHONE), [(1, VERA)], base=shared_by(2)).client is None


def test_a_number_that_was_silent_for_years_is_nobodys_for_sure():
    known = normalise(Given(names=("Вера",), phones=(PHONE,), seen=date(2021, 1, 1)))
    arrived = normalise(Given(phones=(PHONE,), seen=date(2026, 1, 1)))
    assert "long_ago" in score(arrived, known).vetoes
    named = normalise(Given(names=("Вера",), phones=(PHONE,), seen=date(2026, 1, 1)))
    assert "long_ago" not in score(named, known).vetoes


def test_a_surname_alone_on_a_phone_may_be_anybodys_of_the_family():
    assert "no_first_name" in score(who("Иванова", PHONE), VERA).vetoes
    assert "no_first_name" not in score(who("Иванова В.", PHONE), VERA).vetoes
    assert "no_first_name" not in score(who("Иванова", PHONE, emails="vera@mail.ru"), also(VERA, "vera@mail.ru")).vetoes


def also(known, address):
    return together([known, normalise(Given(emails=(address,)))])


@pytest.mark.parametrize(
    ("said", "is_asked"),
    [
        (Given(phones=(PHONE,)), True),
        (Given(names=("В. Соколова",), phones=(PHONE,)), False),
        (Given(companies=("Вектор",), phones=(PHONE,)), False),
    ],
)
def test_a_number_is_given_out_anew_only_to_whom_nothing_else_fits(said, is_asked):
    known = normalise(Given(("Вера",), (PHONE,), ("vera@mail.ru",), companies=("ООО Вектор",), seen=date(2021, 1, 1)))
    arrived = normalise(replace(said, seen=date(2026, 1, 1)))
    assert ("long_ago" in score(arrived, known).vetoes) == is_asked


def test_a_whole_name_and_the_company_are_as_good_as_a_contact():
    known, arrived = (who("Вера Иванова", phone, companies="ООО Вектор") for phone in (PHONE, OTHER))
    assert "no_contact" not in score(arrived, known).vetoes


def test_placeholders_join_nobody():
    one = who("без имени", "0000000000", emails="no@mail.ru", tax_numbers="0000000000", companies="нет")
    assert compare(one, one) == []
    assert not one


def test_what_is_known_of_a_client_is_one():
    """Who is Анатолий elsewhere is not Александр, though both are А."""
    known = together([who("Поляков А.Д.", PHONE), who("Поляков Анатолий")])
    assert [set(person.firsts) for person in known.people] == [{"анатолий"}]
    assert "other_first_name" in score(who("Александр Поляков", PHONE), known).vetoes


def test_two_that_are_as_likely_are_left_to_a_person():
    one = who("Вера Иванова", PHONE)
    decision = decide(who("Вера Иванова", PHONE), [(1, one), (2, one)])
    assert (decision.kind, decision.doubts) == ("doubtful", ("another_as_likely",))
    assert decide(one, [(1, one), (2, one)], apart={2}).client == 1


def test_somebody_of_whom_nothing_is_known_is_new():
    assert decide(who("Ольга Петрова", OTHER), [(1, VERA)]).kind == "new"
    assert decide(who("Ольга Петрова", OTHER), []).kind == "new"


def test_the_reasons_are_the_score():
    scored = score(who("Маша Иванова", PHONE), who("Мария Иванова", PHONE))
    assert scored.bits == pytest.approx(shipped.start().bits["prior"] + sum(one.bits for one in scored.reasons))
    assert scored.reasons[0] == Reason("phone.same", shipped.start().bits["phone.same"], "+79167654321", "+79167654321")
    assert {one.term for one in scored.reasons} <= set(TERMS)


def test_the_more_people_use_a_phone_the_less_it_says():
    arrived = who("Вера Иванова", PHONE)
    bits = [score(arrived, VERA, shared_by(people)).bits for people in (1, 2, 3, 20)]
    assert bits == sorted(bits, reverse=True)
    assert bits[0] > bits[1] + 1


def test_a_rare_surname_says_more_than_a_common_one():
    base = Base(surnames={"иванов": 0.02, "чхеидзе": 0.0001})
    common = score(who("Иванов Иван"), who("Иванов Иван"), base).bits
    assert score(who("Чхеидзе Иван"), who("Чхеидзе Иван"), base).bits > common
    shares = [rarity(share) for share in (0.1, 0.01, 0.001, 0.0001, 0.0)]
    assert shares == sorted(shares)


def test_the_shipped_ladders_lead_down():
    bits = shipped.start().bits
    for ladder in LADDERS.values():
        steps = [bits[term] for term in ladder]
        assert steps == sorted(steps, reverse=True), ladder


CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "Иванов Иван",
            "Маша",
            "Ivanov I.",
            "8 916 765-43-21",
            "89167654321",
            "ООО Ромашка",
            "ИП Иванов",
            "Лесная 5-12",
        ]
    ),
    st.sampled_from(
        ["v@mail.ru", "info@okna.ru", "7707083893", "@vera_i", "нет", "7,9E+10", "Слава Петров", "Петрова М.И."]
    ),
)
RECORDS = st.builds(
    lambda names, phones, others: normalise(
        Given(
            tuple(names), tuple(phones), tuple(others), tuple(others), tuple(others), tuple(others),
            {"telegram": "vera_i"},
        )
    ),
    st.lists(CELLS, max_size=3), st.lists(CELLS, max_size=2), st.lists(CELLS, max_size=2),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(RECORDS, RECORDS)
def test_it_is_the_same_from_both_sides_and_nothing_raises(one, other):
    base = Base({"+79167654321": 2}, {"иванов": 0.01}, {"ромашка": 0.1})
    here, there = score(one, other, base), score(other, one, base)
    assert here.bits == pytest.approx(there.bits)
    assert here.vetoes == there.vetoes
    assert 0 <= here.probability <= 1


@settings(max_examples=100, deadline=None)
@given(RECORDS)
def test_nobody_is_less_like_himself_than_like_another_of_no_name(one):
    assert score(one, one).bits >= score(one, Record()).bits


@pytest.mark.parametrize(("day", "kind"), [(0, "certain"), (1, "certain"), (14, "doubtful")])
def test_who_has_just_called_and_leaves_his_name_now_is_the_same(day, kind):
    called = normalise(Given(phones=(PHONE,), seen=date(2026, 1, 1)))
    wrote = normalise(Given(names=("Вера",), phones=(PHONE,), seen=date(2026, 1, 1) + timedelta(days=day)))
    assert decide(wrote, [(1, called)]).kind == kind


def test_who_shares_a_phone_with_somebody_is_shown_however_little_else_fits():
    assert decide(who("Сергей Кузнецов", PHONE), [(1, VERA)]).kind == "doubtful"
    assert decide(who("Сергей Кузнецов", PHONE), [(1, VERA)], base=shared_by(5)).kind == "new"


def test_a_word_that_is_no_name_contradicts_nobody():
    assert decide(who("Миша ремонт", PHONE), [(1, who("Михаил Иванов", PHONE))]).client == 1
    assert "other_first_name" not in score(who("Корсун", PHONE), who("Валентина Корсун", PHONE)).vetoes
    assert "surname.same" in {one.term for one in score(who("Корсун", PHONE), who("Валентина Корсун", PHONE)).reasons}


def test_sisters_that_differ_in_their_trade_alone_are_not_the_same():
    terms = {one.term for one in score(who("", companies="Медплюс"), who("", companies="Медплюс-Сервис")).reasons}
    assert "company.slip" in terms


def born(name: str, day: str, phone: str = "") -> Record:
    return normalise(Given((name,), (phone,) if phone else (), born=(day,)))


def test_the_same_name_and_the_same_birthday_are_one_client_without_a_contact():
    known = born("Иванов Пётр", "13.04.1985")
    assert decide(born("Пётр Иванов", "1985-04-13"), [(1, known)]).client == 1
    assert decide(born("Пётр Иванов", "1985-04-31"), [(1, known)]).client is None


def test_father_and_son_have_two_birthdays():
    father = born("Иванов Пётр", "13.04.1955", PHONE)
    son = decide(born("Иванов Пётр", "13.04.1985", PHONE), [(1, father)])
    assert (son.kind, son.likely[0].score.vetoes) == ("doubtful", ("other_birthday",))


@pytest.mark.parametrize(
    ("one", "other", "terms"),
    [
        ("cheynene nguyen", "cheyenne nguyen", {"first.slip", "surname.same"}),
        ("aiden mcmellon", "mcmellpn aiden", {"name.exchanged"}),
        ("so phie nicolle", "sophie nicole", {"first.slip", "surname.slip"}),
        ("joshu a fitzpatrick", "joshua fitzpatrick", {"first.slip", "surname.same"}),
        ("bayden lonergan", "bayden lonregin", {"first.same", "surname.near"}),
        ("bayden lonergan", "hamish pemberton", {"first.other"}),
        ("Дарья Иванова", "Марья Иванова", {"first.other", "surname.same"}),
        ("Daria Ivanova", "Maria Ivanova", {"first.other", "surname.same"}),
    ],
)
def test_names_that_no_list_knows_are_compared_as_they_came(one, other, terms):
    found = {
        said.term for said in compare(who(one), who(other)) if said.term.split(".")[0] in ("first", "surname", "name")
    }
    assert found - {"surname.rare", "first.rare", "name.alone"} == terms


def address(**parts: str) -> Record:
    return Record(addresses=(places.of_parts(**parts),))


WHOLE = {"town": "Bibra Lake", "street": "Mary Potter Circuit", "house": "33", "postcode": "6156"}


@pytest.mark.parametrize(
    ("mistaken", "level"),
    [
        ({}, "building"),
        ({"street": "Mary Poter Cirkuit"}, "near"),
        ({"town": "Bibralake", "house": "3"}, "near"),
        ({"street": "", "town": "Perth"}, "part"),
        ({"street": "Forbes Street", "town": "Perth", "house": "4"}, "other"),
        ({"postcode": "", "town": "", "house": "35"}, "street"),
    ],
)
def test_an_address_is_compared_in_its_parts_where_the_whole_does_not_fit(mistaken, level):
    found = compare(address(**WHOLE), address(**(WHOLE | mistaken)))
    assert [one.term for one in found] == [f"address.{level}"]


def test_a_postcode_leads_to_whom_a_slip_in_the_street_would_hide():
    typed = who("Иванов Пётр", addresses="170100, Тверь, Дмитровское шоссе, 15")
    again = who("Ивонов Петя", addresses="170100 г. Тверь, ш. Дмитравское, дом 15")
    assert Key("post", "170100 15") in filed(typed) & filed(again)
    assert "address.near" in {one.term for one in compare(typed, again)}


COUNTED = Base(surnames={"орлов": 0.002, "чхеидзе": 0.0001})


@pytest.mark.parametrize(
    ("one", "other", "is_enough"),
    [
        (who("Орлов Женя", "8 916 765-55-60"), who("Орлов Женя", "8 916 765-55-61"), False),
        (who("Чхеидзе Женя", "8 916 765-55-60"), who("Чхеидзе Женя", "8 916 765-55-61"), True),
        (who("Орлов Женя", emails="e.orlov1@mail.ru"), who("Орлов Женя", emails="e.orlov2@mail.ru"), False),
        (who("Орлов Женя", emails="e.orlov77@mail.ru"), who("Орлов Женя", emails="e.orlov77@ya.ru"), False),
    ],
)
def test_a_contact_with_a_slip_needs_a_rare_name(one, other, is_enough):
    assert ("no_contact" not in score(one, other, COUNTED).vetoes) is is_enough
    assert (decide(one, [(1, other)], base=COUNTED).client == 1) is is_enough


@pytest.mark.parametrize(
    "second",
    [
        {"addresses": "Москва, Лесная 5"},
        {"emails": ("orlov.zhenya@mail.ru", "orlov.zhenya@mial.ru")},
        {"tax_numbers": "500100732259"},
    ],
)
def test_or_a_second_thing_in_common(second):
    one, other = (who("Орлов Женя", f"8 916 765-55-6{end}", **second) for end in (0, 1))
    assert "no_contact" not in score(one, other, COUNTED).vetoes


@pytest.mark.parametrize(
    ("known", "came", "kind"),
    [
        ("Сутормин Денис", "Сутормин Денис Денисович", "doubtful"),
        ("Сутормин Денис Денисович", "Денис", "doubtful"),
        ("Сутормин Денис Денисович", "Сутормин Денис Денисович", "certain"),
        ("Сутормин Денис", "Сутормин Денис Петрович", "certain"),
    ],
)
def test_whoever_is_called_as_his_father_may_be_either(known, came, kind):
    assert decide(who(came, PHONE), [(1, who(known, PHONE))]).kind == kind


def test_a_company_that_writes_from_a_number_that_called_may_be_a_sister():
    called = normalise(Given(phones=(PHONE,), seen=date(2026, 1, 1)))
    wrote = Given(names=("Анна",), phones=(PHONE,), companies=("ООО Вектор-Монтаж",), seen=date(2026, 1, 2))
    assert decide(normalise(wrote), [(1, called)]).kind == "doubtful"
    assert decide(normalise(replace(wrote, companies=())), [(1, called)]).kind == "certain"


def test_initials_that_look_like_a_sole_trader_speak_against_another_father():
    assert "other_patronymic" in score(who("Мосина Ирина Сергеевна", PHONE), who("Мосина И.П.", PHONE)).vetoes
    assert who("Мосина И.П.").companies == ()
