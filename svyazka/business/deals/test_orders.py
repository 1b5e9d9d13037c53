"""The list of deals in every order: each deal once, whatever is known of it, page by page."""

from __future__ import annotations

from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import change as clients
from svyazka.business.clients.identify import Contact, identify
from svyazka.business.clients.models import Client
from svyazka.business.deals import listing, orders
from svyazka.business.deals.board import Narrowed
from svyazka.business.deals.known import client_facts, facts
from svyazka.business.deals.models import Deal, FactKey, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.staff.models import Person

CHOICES = [{"code": "zeta", "words": {"ru": "Первый"}}, {"code": "alpha", "words": {"ru": "Второй"}}]
KNOWN = {
    "text": ["Ёлка", "ель", "Берёза", "а~б"],
    "number": [10, 9, 100, 9],
    "decimal": ["2.5", "10", "-3", "2.50"],
    "money": ["1000.00", "950.50", "12.00", "12.00"],
    "date": ["2026-12-01", "2025-01-31", "2026-02-01", "2026-02-01"],
    "moment": ["2026-12-01T10:00:00+03:00", "2026-12-01T09:00:00+03:00", "2026-11-01T10:00:00+03:00"] * 2,
    "yes": [True, False, True, False],
    "choice": ["alpha", "zeta", "alpha", "zeta"],
    "choices": [["alpha"], ["zeta", "alpha"], ["alpha", "zeta"], ["zeta"]],
    "phone": ["+79160000004", "+79160000003", "+79160000002", "+79160000001"],
}
RANKS = {"yes": [True, False], "choice": ["zeta", "alpha"], "choices": ["zeta", "alpha"]}


def pages(order: orders.Order, *, descending: bool, most: int = 2, narrowed: Narrowed = Narrowed()) -> list[int]:  # noqa: B008
    seen: list[int] = []
    after = ""
    while True:
        listed = listing.list_deals(narrowed, order=order, descending=descending, after=after, most=most)
        assert len(listed.cards) <= most
        seen += [card.id for card in listed.cards]
        after = listed.after
        if not after:
            return seen


def measured(kind: str, value: object) -> object:
    if kind in RANKS:
        return RANKS[kind].index(value[0] if isinstance(value, list) else value)
    if kind in ("number", "decimal", "money"):
        return float(value)
    return str(value).lower().replace("ё", "е")


@pytest.mark.parametrize("of", ["deal", "client"])
@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.parametrize("descending", [False, True])
def test_by_any_field_the_known_ones_first_in_their_order(windows, olga, of, kind, descending):
    field = Field.objects.create(code="x", of=of, kind=kind, words={"ru": "Х"}, choices=CHOICES)
    value_of: dict[int, object] = {}
    for at, value in enumerate([*KNOWN[kind][:4], None, None]):
        known = {} if value is None else {"x": value}
        client, _is_new = identify([Contact("phone", f"+7916555000{at}")], by=olga)
        if of == "client":
            Client.objects.filter(pk=client.pk).update(facts=known)
        deals = [open_deal(client, facts=known if of == "deal" else {}, by=olga) for _twice in range(2)]
        value_of |= {deal.pk: value for deal in deals}
    found = pages(orders.by_field(field), descending=descending)
    assert sorted(found) == sorted(value_of)
    assert [value_of[pk] is None for pk in found] == [False] * 8 + [True] * 4
    known_values = [measured(kind, value_of[pk]) for pk in found[:8]]
    assert known_values == sorted(known_values, reverse=descending)
    assert found == pages(orders.by_field(field), descending=descending, most=50)


@pytest.mark.parametrize("descending", [False, True])
def test_by_a_person_of_a_field_and_by_the_responsible(
    windows, olga, mikhail, egor, dina, vera, descending, monkeypatch
):
    monkeypatch.setattr(orders, "AT_ONCE", 1)
    field = Field.objects.create(code="x", kind="person", words={"ru": "Х"})
    for person in (mikhail, egor, None, dina, mikhail):
        deal = open_deal(vera, facts={"x": person.pk} if person else {}, by=olga)
        Deal.objects.filter(pk=deal.pk).update(responsible=person)
    names = sorted((one.full_name for one in (mikhail, egor, dina, mikhail)), reverse=descending)
    for order in (orders.by_field(field), orders.named("responsible")):
        found = pages(order, descending=descending)
        people = Deal.objects.select_related("responsible").in_bulk(found)
        said = [people[pk].responsible.full_name if people[pk].responsible else "" for pk in found]
        assert said == [*names, ""]


def test_by_the_clients_name_whichever_letter_somebody_wrote(windows, olga):
    for at, name in enumerate(["Ёжиков", "Егоров", "ежов", "Жуков"]):
        client, _is_new = identify([Contact("phone", f"+7916555000{at}")], name=name, by=olga)
        open_deal(client, by=olga)
    found = pages(orders.named("client"), descending=False)
    deals = Deal.objects.select_related("client").in_bulk(found)
    assert [deals[pk].client.name for pk in found] == ["Егоров", "Ёжиков", "ежов", "Жуков"]


@pytest.mark.parametrize("kind", ["text", "number", "choice"])
def test_what_does_not_fit_the_list_is_left_out_on_every_page(windows, olga, vera, mikhail, kind):
    field = Field.objects.create(code="x", kind=kind, words={"ru": "Х"}, choices=CHOICES)
    deals = [open_deal(vera, facts={"x": value}, by=olga) for value in KNOWN[kind]] + [open_deal(vera, by=olga)]
    wanted = [deals[1].pk, deals[3].pk, deals[4].pk]
    Deal.objects.filter(pk__in=wanted).update(responsible=mikhail)
    narrowed = Narrowed(responsible_id=mikhail.pk)
    assert sorted(pages(orders.by_field(field), descending=True, most=1, narrowed=narrowed)) == sorted(wanted)


@pytest.mark.parametrize("after", ["~", "~x", "x", "1~2~3", "nonsense~1~2", "~" * 9, "9" * 99, "zeta~1~x"])
def test_nonsense_in_an_address_breaks_nothing(windows, olga, vera, after):
    open_deal(vera, facts={"x": 1}, by=olga)
    for kind in KNOWN:
        field = Field(code="x", kind=kind, choices=CHOICES)
        listing.list_deals(Narrowed(), order=orders.by_field(field), after=after)


@pytest.mark.parametrize(("kind", "index"), [("text", "fact_key_text"), ("money", "fact_key_number")])
@pytest.mark.parametrize("of", ["deal", "client"])
def test_a_field_is_sorted_from_an_index(windows, kind, index, of):
    """Where sorting is dear, as it is with many deals."""
    with CaptureQueriesContext(connection) as asked:
        order = orders.by_field(Field(code="x", of=of, kind=kind))
        listing.list_deals(Narrowed(), order=order, descending=False)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_sort = off; set local enable_seqscan = off; set local enable_hashjoin = off")
        cursor.execute("set local enable_bitmapscan = off")
        cursor.execute("explain " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {index} on deals_factkey" in plan


def test_keys_follow_whatever_is_known(windows, olga, vera):
    tax = Field.objects.create(code="tax", of="client", kind="number", words={"ru": "ИНН"})
    deal = open_deal(vera, facts={"contract_number": "ДГ-Ё1", "prepaid": "100.50", "openings": 3}, by=olga)

    def keys(holder: str = "deal") -> dict[str, tuple[str, float | None]]:
        found = FactKey.objects.filter(holder=holder).order_by("code")
        return {key.code: (key.text, None if key.number is None else float(key.number)) for key in found}

    assert keys() == {"contract_number": ("дг-е1", None), "openings": ("3", 3.0), "prepaid": ("100.50", 100.5)}
    facts.change(deal, {"contract_number": "", "openings": "4"}, by=olga)
    assert keys() == {"openings": ("4", 4.0), "prepaid": ("100.50", 100.5)}
    client_facts.change(vera, {}, {tax.code: "7701"}, by=olga)
    assert keys("client") == {"tax": ("7701", 7701.0)}
    clients.change(vera, {"name": "Вера"}, by=olga)
    Deal.objects.filter(pk=deal.pk).update(facts=[])
    Client.objects.filter(pk=vera.pk).update(facts={"tax": None, "long": "х" * 5000, "odd": {"a": 1}})
    assert keys() == {}
    assert sorted(keys("client")) == ["long", "odd"]
    deal.tasks.all().delete()
    Deal.objects.filter(pk=deal.pk).update(facts={"a": 1})
    Deal.objects.filter(pk=deal.pk).delete()
    assert keys() == {}


def test_people_stand_by_their_names(windows):
    names = dict(Person.objects.values_list("pk", "full_name"))
    said = [names[int(pk)] for pk in orders.named("responsible").ranks or ()]
    assert all(one <= other for one, other in pairwise(said))


@pytest.mark.parametrize("amount", ["1e999999", "-1e-999999", "NaN", "Infinity", "9" * 200])
def test_an_amount_that_no_database_holds_begins_from_the_top(windows, vera, olga, amount):
    opened = open_deal(vera, by=olga)
    listed = listing.list_deals(Narrowed(), order=orders.named("amount"), after=f"{amount}~1")
    assert [card.id for card in listed.cards] == [opened.pk]


def test_an_hour_of_a_zone_that_no_database_knows_breaks_no_list(windows, vera, olga):
    open_deal(vera, by=olga)
    for moment in ("2026-01-01T00:00:00+23:59", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"):
        listing.list_deals(Narrowed(), order=orders.named("moved"), after=f"{moment}~1")
