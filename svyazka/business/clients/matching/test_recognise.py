from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from svyazka.business.clients import apart
from svyazka.business.clients.identify import Contact, create
from svyazka.business.clients.matching import commonness
from svyazka.business.clients.matching.recognise import recognise
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import like, whose, whose_many
from svyazka.business.clients.models import Client, Common
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching.record import Given

HOUSE = Automaton("test")
PHONE, OTHER_PHONE = Contact("phone", "+79161234567"), Contact("phone", "+79031112233")
EMAIL = Contact("email", "vera@example.com")
VERA = Known("Иванова Вера Петровна", "Химки, Лесная 5, кв. 12")

pytestmark = pytest.mark.django_db


@pytest.fixture
def ivanova() -> Client:
    return create([PHONE, EMAIL], VERA, by=HOUSE)


@pytest.mark.parametrize("name", ["Вера Иванова", "Bdfyjdf Dthf", "Ivanova Vera", "Ивановой Вере", "иванова в п"])
def test_c2_who_gives_his_phone_and_his_name_is_he(ivanova, name):
    found = recognise([PHONE], Known(name), by=HOUSE)
    assert (found.client, found.is_new) == (ivanova, False)


def test_what_he_lacked_is_learnt(ivanova):
    recognise([PHONE, OTHER_PHONE], Known("Вера Иванова", "Химки, Садовая 1"), by=HOUSE)
    assert sorted(ivanova.contact_points.values_list("value", flat=True)) == [
        "+79031112233",
        "+79161234567",
        "vera@example.com",
    ]
    again = recognise([OTHER_PHONE], Known("Вера"), by=HOUSE)
    assert (again.client, again.is_new) == (ivanova, False)


def test_who_has_only_called_is_compared_by_his_name_once_he_says_it():
    caller = create([PHONE], Known(), by=HOUSE)
    assert recognise([PHONE], Known("Вера Иванова"), by=HOUSE).client == caller
    found = recognise([PHONE], Known("Пётр Кузнецов"), by=HOUSE)
    assert (found.is_new, [one.id for one in found.doubtful.likely]) == (True, [caller.pk])


def test_somebody_else_of_the_family_is_asked_about(ivanova):
    found = recognise([PHONE], Known("Иванов Пётр"), by=HOUSE)
    assert found.is_new
    assert [one.id for one in found.doubtful.likely] == [ivanova.pk]


def test_who_has_nothing_in_common_with_anybody_is_new(ivanova):
    found = recognise([OTHER_PHONE], Known("Кузнецов Олег"), by=HOUSE)
    assert (found.is_new, found.doubtful) == (True, None)


def test_whoever_writes_from_the_same_account_is_the_same_whatever_he_calls_himself():
    account = Contact("telegram", "4711", "main", "@vera")
    vera = recognise([account], Known("Вера"), by=HOUSE).client
    again = recognise([account], Known("Кот Матроскин"), by=HOUSE)
    assert (again.client, again.is_new) == (vera, False)


def test_a_phone_of_many_people_attaches_nobody_who_does_not_say_his_name(ivanova):
    for name in ("Кузнецов Олег", "Смирнова Анна", "Попов Игорь"):
        create([PHONE], Known(name), by=HOUSE)
    found = whose(Given(phones=(PHONE.value,)))
    assert found.kind == "doubtful"
    assert len(found.likely) >= 2
    assert whose(Given(phones=(PHONE.value,), names=("Кузнецов Олег",))).kind == "certain"


def test_who_stands_there_twice_is_one_user_of_his_phone(ivanova):
    """So neither of them is certain, and both are shown; but nobody says that several people use it."""
    again = create([PHONE], Known("Вера Иванова"), by=HOUSE)
    found = whose(Given(phones=(PHONE.value,), names=("Вера Иванова",)))
    assert {one.id for one in found.likely} == {ivanova.pk, again.pk}
    terms = {reason.term for one in found.likely for reason in one.score.reasons}
    assert "phone.same" in terms
    assert not terms & {"phone.same_of_two", "phone.same_of_many"}


def test_many_are_compared_in_one_question(ivanova, django_assert_num_queries):
    given = [Given(phones=(PHONE.value,), names=("Вера Иванова",)), Given(names=("Никто",)), Given()]
    with django_assert_num_queries(3):
        decisions = whose_many(given * 10)
    assert [one.kind for one in decisions] == ["certain", "new", "new"] * 10


def test_how_common_a_surname_is_is_counted():
    for number in range(4):
        create(
            [Contact("phone", f"+7916000000{number}")], Known(f"Иванов Иван {number}", company="ООО Ромашка"), by=HOUSE
        )
    create([PHONE], Known("Залесский Пётр"), by=HOUSE)
    commonness.count_anew()
    shares = {(one.kind, one.value): one.share for one in Common.objects.all()}
    assert shares == {("surname", "иванов"): 0.8, ("surname", ""): 1, ("company", "ромашка"): 1, ("company", ""): 1}
    commonness.count_anew()
    assert Common.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_two_requests_of_one_client_at_once_make_one_client():
    def comes(_number: int) -> int:
        try:
            return recognise([PHONE], VERA, by=HOUSE).client.pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as beside:
        assert len(set(beside.map(comes, range(8)))) == 1
    assert Client.objects.count() == 1


def test_who_else_in_the_base_may_be_a_client(ivanova, olga):
    again = create([PHONE], Known("Вера Иванова"), by=HOUSE)
    assert [one.id for one in like(again.pk).likely] == [ivanova.pk]
    apart.say(ivanova, again, by=olga)
    assert like(again.pk).kind == "new"
    assert like(again.pk + 1000).kind == "new"
