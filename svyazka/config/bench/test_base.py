from __future__ import annotations

import psycopg
import pytest
from django.conf import settings

from svyazka.business.clients.models import Client, SearchPosting
from svyazka.business.clients.search import find, words_of
from svyazka.business.company import start
from svyazka.business.company.blueprint import of_house
from svyazka.business.deals.models import Deal, FactKey
from svyazka.config.bench import base
from svyazka.kit import phones


@pytest.fixture
def filled(transactional_db):
    """The indexes that stood before it was filled."""
    start.start(of_house("windows"))
    start.add_demonstration(of_house("windows"), password="correct horse battery", bot_secret="secret of the bot")
    before = _indexes()
    base.fill(settings.DATABASE_DIRECT_URL, 50)
    return before


def test_the_base_is_found_as_the_product_finds(filled):
    """Its words were made by set-based SQL; the product makes them in Python. Both must be the same."""
    for client in Client.objects.all():
        made = SearchPosting.objects.filter(kind="client", object_id=client.pk).values_list("word", flat=True)
        assert sorted(made) == sorted(words_of(client.name, client.address))
    vera = Client.objects.first()
    assert vera.pk in [hit.object_id for hit in find(vera.name)]
    assert [hit.object_id for hit in find(base.phone_of(7))] == [7]


def test_what_is_known_is_kept_sorted_as_the_product_keeps_it(filled):
    as_kept = FactKey.objects.values_list("holder", "object_id", "code", "text", "number")
    kept = set(as_kept)
    assert len(kept) == 50
    FactKey.objects.all().delete()
    for deal in Deal.objects.all():
        Deal.objects.filter(pk=deal.pk).update(facts={**deal.facts, "again": 1})
    assert set(as_kept.exclude(code="again")) == kept


def test_numbers_go_on_after_it_and_its_indexes_are_back(filled):
    assert Client.objects.create(name="next").pk == 51
    assert Deal.objects.count() == 50
    assert _indexes() == filled
    assert len(filled) > 50


def test_phones_are_phones_and_each_its_own():
    numbers = [base.phone_of(number) for number in range(1, 5000)]
    assert len(set(numbers)) == len(numbers)
    assert all(phones.normalise(number) == number for number in numbers[:100])


def test_the_same_seed_makes_the_same_people():
    assert [base.name_of(number) for number in range(20)] == [base.name_of(number) for number in range(20)]


def _indexes() -> set[str]:
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as connection:
        return {name for (name,) in connection.execute("select indexdef from pg_indexes where schemaname = 'public'")}
