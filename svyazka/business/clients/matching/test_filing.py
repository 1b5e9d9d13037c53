from __future__ import annotations

import pytest

from svyazka.business.clients import change
from svyazka.business.clients.identify import Contact, create, identify
from svyazka.business.clients.matching import filing
from svyazka.business.clients.matching.traits import Known, learn
from svyazka.business.clients.models import Client, ClientKey, ClientRecord, ContactPoint
from svyazka.business.journal.record import Automaton
from svyazka.engines.matching.packed import unpack
from svyazka.engines.matching.record import VERSION

HOUSE = Automaton("test")
PHONE, EMAIL = Contact("phone", "+79161234567"), Contact("email", "vera.iva@mail.ru")

pytestmark = pytest.mark.django_db


def keys_of(client: Client) -> set[str]:
    return set(ClientKey.objects.filter(client_id=client.pk).values_list("key", flat=True))


def phones_of(client: Client) -> tuple[str, ...]:
    return unpack(ClientRecord.objects.get(pk=client.pk).packed).phones


def test_whoever_is_new_can_be_found_by_all_that_was_said():
    vera = create([PHONE, EMAIL], Known("Иванова Вера", "Химки, Лесная 5, кв. 12", "ООО Ромашка"), by=HOUSE)
    assert {"p+79161234567", "@vera.iva@mail.ru", "nиванов вера", "cромашка"} <= keys_of(vera)
    assert {key[0] for key in keys_of(vera)} == set("pes@mnuwfocd")


def test_a_new_name_takes_the_keys_of_the_old_one_away():
    vera = create([PHONE], Known("Иванова Вера"), by=HOUSE)
    change.change(vera, {"name": "Петрова Вера"}, by=HOUSE)
    assert "nпетров вера" in keys_of(vera)
    assert "nиванов вера" not in keys_of(vera)


def test_a_contact_that_comes_and_goes(vera, olga):
    point = change.add_contact(vera, "8 903 111-22-33", by=olga)
    assert "p+79031112233" in keys_of(vera)
    change.remove_contact(point, by=olga)
    assert "p+79031112233" not in keys_of(vera)
    assert "+79031112233" not in phones_of(vera)


def test_a_call_of_a_new_number_files_it_at_once():
    client, _is_new = identify([PHONE], by=HOUSE)
    assert keys_of(client) == {"p+79161234567", "e1234567", "s+791612345"}


def test_who_is_merged_is_found_as_the_one_whom_he_is_merged_into():
    """Also over two steps."""
    first, second, third = (Client.objects.create(name=name) for name in ("Иванова Вера", "Вера", "Верочка Иванова"))
    for client, number in ((first, "+79160000001"), (second, "+79160000002"), (third, "+79160000003")):
        ContactPoint.objects.create(client=client, kind="phone", value=number)
    filing.file([first.pk, second.pk, third.pk])
    Client.objects.filter(pk=third.pk).update(merged_into=second)
    Client.objects.filter(pk=second.pk).update(merged_into=first)
    filing.file([third.pk, second.pk])
    assert phones_of(first) == ("+79160000001", "+79160000002", "+79160000003")
    assert (keys_of(second), keys_of(third)) == (set(), set())
    assert list(ClientRecord.objects.values_list("client_id", flat=True)) == [first.pk]
    Client.objects.exclude(pk=first.pk).update(merged_into=None)
    filing.file([first.pk, second.pk, third.pk])
    assert [phones_of(one) for one in (first, second, third)] == [
        ("+79160000001",),
        ("+79160000002",),
        ("+79160000003",),
    ]


def test_who_was_written_by_the_thousand_has_his_turn():
    clients = Client.objects.bulk_create([Client(name=f"Иванов Иван {number}") for number in range(30)])
    filing.to_be_filed([client.pk for client in clients])
    filing.go_round()
    assert ClientRecord.objects.filter(version=VERSION).count() == 30
    ClientRecord.objects.update(version=0)
    filing.go_round()
    assert not ClientRecord.objects.exclude(version=VERSION).exists()


def test_who_is_not_there_any_more_leaves_nothing_behind():
    vera = create([PHONE], Known("Вера"), by=HOUSE)
    number = vera.pk
    vera.delete()
    filing.file([number])
    assert not ClientKey.objects.exists()
    assert not ClientRecord.objects.exists()


def test_what_is_known_of_somebody_is_no_trait_twice():
    vera = create([PHONE], Known("Вера", "Химки"), by=HOUSE)
    assert not learn(vera, Known("Вера", "Химки"))
    assert learn(vera, Known("Иванова В.", "Лесная 5"))
    assert not learn(vera, Known("Иванова В.", "Лесная 5"))
    assert sorted(vera.traits.values_list("kind", "value")) == [("address", "Лесная 5"), ("name", "Иванова В.")]


def test_a_hundred_names_are_not_kept():
    vera = create([PHONE], Known(), by=HOUSE)
    for number in range(100):
        learn(vera, Known(f"Имя {number}"))
    assert vera.traits.count() == 30


@pytest.mark.parametrize("many", [1, 30])
def test_filing_asks_the_same_number_of_questions(many, django_assert_num_queries):
    clients = Client.objects.bulk_create([Client(name=f"Иванов Иван {number}") for number in range(many)])
    with django_assert_num_queries(4):
        filing.file([client.pk for client in clients])
