"""`kit/cells.py`, with rows of the house."""

from __future__ import annotations

from decimal import Decimal

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Automaton
from svyazka.kit import cells
from svyazka.kit.cells import Cell


def test_values_come_back_exactly_as_they_were(vera):
    deal = open_deal(vera, by=Automaton("test"))
    Deal.objects.filter(pk=deal.pk).update(amount=Decimal("54300.10"))
    before = Deal.objects.values().get(pk=deal.pk)
    changed = cells.change(Deal, deal.pk, {"amount": None, "address": "Химки", "version": before["version"]})
    assert [(one.column, one.before, one.after) for one in changed] == [
        ("amount", "54300.10", None),
        ("address", '"Москва, ул. Лесная, 5, кв. 12"', '"Химки"'),
    ]
    assert cells.put_back(changed) == []
    assert Deal.objects.values().get(pk=deal.pk) == before


def test_a_key_that_was_not_there_is_not_there_again_and_a_null_is_a_null(vera):
    for facts in ({}, {"nick": None, "tone": 1}, {"nick": "v"}, {"nick": [1.50, "х'\"%s{}"]}):
        Client.objects.filter(pk=vera.pk).update(facts=facts)
        changed = cells.change_key(Client, vera.pk, "facts", "nick", "Верочка")
        assert Client.objects.get(pk=vera.pk).facts == {**facts, "nick": "Верочка"}
        assert cells.put_back([changed]) == []
        assert Client.objects.get(pk=vera.pk).facts == facts


def test_a_key_may_be_called_anything(vera):
    code = "х'; drop table %s {} --"
    assert cells.put_back([cells.change_key(Client, vera.pk, "facts", code, 1)]) == []
    assert Client.objects.get(pk=vera.pk).facts == {}


def test_what_was_changed_since_is_left_and_said(vera):
    (name,) = cells.change(Client, vera.pk, {"name": "Вера"})
    key = cells.change_key(Client, vera.pk, "facts", "nick", "v")
    Client.objects.filter(pk=vera.pk).update(name="Другая", facts={"nick": "w"})
    assert cells.put_back([name, key]) == [key, name]
    assert Client.objects.get(pk=vera.pk).name == "Другая"


def test_rows_that_were_taken_out_and_added(vera):
    point = vera.contact_points.get()
    out = cells.take_out(ContactPoint, [point.pk])
    new = cells.added(ContactPoint, [ContactPoint.objects.create(client=vera, kind="email", value="v@mail.ru").pk])
    assert cells.put_back([*out, *new]) == []
    assert list(ContactPoint.objects.values()) == [
        {name: getattr(point, name) for name in ContactPoint.objects.values()[0]}
    ]


def test_of_a_row_that_is_gone_it_is_said(vera):
    other = Client.objects.create()
    moved = cells.move(ContactPoint, "client_id", vera.pk, other.pk)
    assert moved == [
        Cell("clients_contactpoint", other.contact_points.get().pk, "client_id", str(vera.pk), str(other.pk))
    ]
    other.contact_points.all().delete()
    assert cells.put_back(moved) == moved
