# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Where an address lies: the contract of a geocoder over all of them, and what the house makes of it."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from datetime import timedelta

import dadata.sync
import pytest
from geopy.geocoders import Nominatim as PublicNominatim

from svyazka.business.journal.models import Entry
from svyazka.business.places import find, placing, services
from svyazka.business.places.geocoder import Access, of_kind
from svyazka.business.places.models import Background, Place, Service
from svyazka.business.places.troubles import Trouble
from svyazka.connectors.dadata.conftest import KEY, SECRET, dadata_peer  # noqa: F401
from svyazka.connectors.nominatim.conftest import nominatim_peer  # noqa: F401
from svyazka.engines.routing.problem import Point
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

HERE = "Москва, ул. Лесная, 5, кв. 12"


@pytest.fixture(params=["dadata", "dadata_cleaning", "nominatim"])
def peer(request):
    name, _, cleaning = request.param.partition("_")
    peer = request.getfixturevalue(f"{name}_peer")
    peer.secret = SECRET if cleaning else ""
    return peer


@pytest.fixture
def chosen(peer, anna):
    """The company uses it."""
    services.change(Service.What.PLACING, kind=peer.kind, base=peer.url, key=peer.key, secret=peer.secret, by=anna)
    of_kind(peer.kind).pace, was = 0.0, of_kind(peer.kind).pace
    peer.asked.clear()
    yield peer
    of_kind(peer.kind).pace = was


def geocoder(peer, **other):
    return closing(of_kind(peer.kind)(Access(**{"base": peer.url, "key": peer.key, "secret": peer.secret, **other})))


# The contract.


@pytest.mark.parametrize("precision", ["house", "street", "town"])
def test_it_says_where_and_how_exactly(peer, precision):
    peer.know("Лесная", 55.7781, 37.5893, precision)
    with geocoder(peer) as asked:
        found = asked.find("Москва, Лесная, 5")
    assert (found.lat, found.lon, found.precision) == (55.7781, 37.5893, precision)


def test_what_it_does_not_know_is_nowhere(peer):
    with geocoder(peer) as asked:
        assert asked.find("деревня Гадюкино, 3") is None


@pytest.mark.parametrize(
    ("status", "why"), [(403, None), (429, "too_often"), (500, "unreachable"), (400, "not_understood")]
)
def test_what_is_wrong_has_a_name(peer, status, why):
    peer.refuses = status
    with geocoder(peer) as asked, pytest.raises(Trouble) as trouble:
        asked.find("Москва, Лесная, 5")
    assert trouble.value.why == (why or ("forbidden" if peer.kind == "nominatim" else "wrong_key"))


def test_somebody_else_at_the_address(peer, answering):
    for nonsense in (b"<html>", b"[1]", b"{}", b'{"suggestions": 7}', b'[{"lat": "x"}]'):
        url = answering(lambda _way, _headers, _given, said=nonsense: (200, said))
        with geocoder(peer, base=url) as asked, suppress(Trouble):
            assert asked.find("Москва, Лесная, 5") is None


def test_nobody_at_the_address(peer):
    with geocoder(peer, base="http://127.0.0.1:9") as asked, pytest.raises(Trouble, match="unreachable"):
        asked.find("Москва, Лесная, 5")


# Somebody else's libraries, on our stand-ins.


def test_the_dadata_library_gets_along_with_our_stand_in(dadata_peer):
    dadata_peer.know("Сухонская", 55.8782, 37.6538)
    for client, ask in (
        (dadata.sync.SuggestClient, lambda one: one.suggest("address", "мск сухонская 11")[0]["data"]),
        (dadata.sync.CleanClient, lambda one: one.clean("address", "мск сухонская 11/-89")),
    ):
        base = dadata_peer.url + client.BASE_URL.partition(".dadata.ru")[2]
        with dadata.sync.ClientBase(base, KEY, SECRET) as session:
            session.__class__ = client
            said = ask(session)
        assert (said["geo_lat"], said["geo_lon"], int(said["qc_geo"])) == ("55.8782", "37.6538", 0)


def test_geopy_gets_along_with_our_stand_in(nominatim_peer):
    nominatim_peer.know("Лесная", 55.7781, 37.5893)
    client = PublicNominatim(
        domain=nominatim_peer.url.removeprefix("http://"), scheme="http", user_agent="test of ours"
    )
    found = client.geocode("Москва, Лесная, 5")
    assert (found.latitude, found.longitude) == (55.7781, 37.5893)
    assert client.geocode("Гадюкино") is None


# What the house makes of it.


def test_an_address_that_many_share_is_asked_for_once(chosen):
    chosen.know("Лесная, 5", 55.7781, 37.5893)
    assert find.of(HERE).is_rough
    find.of_all(["г. Москва, Лесная, д. 5", "Москва, Лесная ул., 5, кв. 1", HERE])
    while placing.ask_due():
        pass
    assert len(chosen.asked) == 1
    assert find.of("Москва, Лесная, 5").point == Point(55.7781, 37.5893)
    assert find.of(HERE).source == chosen.kind


def test_until_then_it_is_the_middle_of_the_town_or_of_where_the_company_works(db, django_assert_num_queries):
    found = find.of(HERE)
    assert (found.is_rough, found.source) == (True, "")
    assert found.point == pytest.approx((55.75, 37.62), abs=0.02)
    assert find.of("деревня Гадюкино, 3") is None
    Background.objects.create(pk=1, lat=54.2, lon=37.6)
    assert find.of("деревня Гадюкино, 3").point == Point(54.2, 37.6)
    assert find.of("") is None
    with django_assert_num_queries(1):
        find.of_all([HERE] * 30)


def test_what_nobody_knows_is_not_asked_again_and_again(chosen):
    find.of("Москва, Никакая, 1")
    assert placing.ask_due() is False
    assert not Place.objects.exclude(ask_at=None).exists()
    assert placing.ask_due() is False
    assert len(chosen.asked) == 1


def test_a_server_that_is_away_rests_and_the_address_waits(chosen):
    find.of(HERE)
    chosen.refuses = 500
    assert placing.ask_due() is False
    service = services.service(Service.What.PLACING)
    assert (service.trouble, services.ready(Service.What.PLACING)) == ("unreachable", None)
    chosen.refuses = 0
    chosen.know("Лесная", 55.7781, 37.5893)
    assert placing.ask_due() is False, "it rests"
    Service.objects.update(rests_until=clock.now() - timedelta(seconds=1))
    Place.objects.update(ask_at=clock.now())
    placing.ask_due()
    assert find.of(HERE).source == chosen.kind
    assert services.service(Service.What.PLACING).trouble == ""


def test_the_pace_of_the_operator_is_kept(nominatim_peer, anna, monkeypatch):
    services.change(Service.What.PLACING, kind="nominatim", base=nominatim_peer.url, by=anna)
    monkeypatch.setattr(of_kind("nominatim"), "pace", 0.2)
    nominatim_peer.pace, nominatim_peer._at = 0.19, 0.0
    find.of_all([f"Москва, Лесная, {number}" for number in range(3)])
    began = time.monotonic()
    placing.ask_due()
    assert time.monotonic() - began >= 0.6
    assert len(nominatim_peer.asked) == 4  # with the check
    assert all("Svyazka/" in agent for agent in nominatim_peer.agents)


def test_a_pin_by_hand_stays(chosen, olga):
    chosen.know("Лесная", 55.7, 37.5)
    find.of(HERE)
    place = placing.by_hand(HERE, "55.7781, 37.5893", by=olga)
    placing.ask_due()
    assert find.of("Москва, Лесная, 5").point == Point(55.7781, 37.5893)
    entry = Entry.objects.get(verb="places.placed")
    assert (entry.by_id, entry.changes) == (olga.pk, {"point": [None, "55.77810, 37.58930"]})
    with pytest.raises(ChangedMeanwhile):
        placing.by_hand(HERE, "55.0, 37.0", by=olga, version=place.version - 1)
    placing.take_back(HERE, by=olga)
    placing.ask_due()
    assert find.of(HERE).point == Point(55.7, 37.5)


@pytest.mark.parametrize("typed", ["", "там", "155.7, 37.5", "55.7", "\x00"])
def test_what_is_no_point_is_refused_and_nothing_is_kept(olga, typed):
    with pytest.raises(Refused) as refusal:
        placing.by_hand(HERE, typed, by=olga)
    assert "point" in refusal.value.fields
    assert not Place.objects.exists()


# Entered by the office.


def test_it_is_kept_once_it_has_answered_and_its_key_is_locked_away(peer, anna):
    service = services.change(
        Service.What.PLACING, kind=peer.kind, base=peer.url, key=peer.key, secret=peer.secret, by=anna
    )
    assert service.is_on
    stored = Service.objects.get()
    assert KEY not in stored.key
    assert SECRET not in stored.secret
    assert not Entry.objects.filter(changes__icontains=KEY).exists()


def test_what_is_wrong_is_said_in_words_and_nothing_is_kept(dadata_peer, anna):
    for base, key, field in (
        ("http://127.0.0.1:9", KEY, "base"),
        (dadata_peer.url, "c" * 40, "key"),
        (dadata_peer.url, "ключ", "key"),
        (dadata_peer.url, "", "key"),
        ("file:///etc/passwd", KEY, "base"),
        ("https://[", KEY, "base"),
    ):
        with pytest.raises(Refused) as refusal:
            services.change(Service.What.PLACING, kind="dadata", base=base, key=key, by=anna)
        assert list(refusal.value.fields) == [field]
    assert services.service(Service.What.PLACING).kind == ""


def test_a_stored_key_goes_to_no_other_server(dadata_peer, answering, anna):
    services.change(Service.What.PLACING, kind="dadata", base=dadata_peer.url, key=KEY, by=anna)
    seen = []
    other = answering(lambda _way, headers, _given: (seen.append(headers.get("Authorization")), (403, {}))[1])
    with pytest.raises(Refused):
        services.change(Service.What.PLACING, kind="dadata", base=other, by=anna)
    with pytest.raises(Refused):
        services.change(Service.What.PLACING, kind="dadata", base=other, key="c" * 40, by=anna)
    assert seen == [f"Token {'c' * 40}"]
    services.change(Service.What.PLACING, kind="dadata", base=dadata_peer.url, by=anna)


def test_switched_off_it_is_not_asked(chosen, anna):
    services.switch(Service.What.PLACING, on=False, by=anna)
    find.of(HERE)
    assert placing.ask_due() is False
    assert chosen.asked == []
    with pytest.raises(Refused):
        services.switch(Service.What.TRAVEL, on=True, by=anna)
