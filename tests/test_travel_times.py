# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""How long the way takes: the contract of a server over all of them, and what the house makes of it."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta

import numpy as np
import pytest
from routingpy.routers import OSRM as PublicOsrm
from routingpy.routers import Valhalla as PublicValhalla

from svyazka.business.places import services, times
from svyazka.business.places.models import PairTime, Service
from svyazka.business.places.travel_source import TooMany, of_kind
from svyazka.business.places.troubles import Trouble
from svyazka.connectors.osrm.conftest import osrm_peer  # noqa: F401
from svyazka.connectors.valhalla.conftest import valhalla_peer  # noqa: F401
from svyazka.engines.routing.problem import Point
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def points(count: int) -> list[Point]:
    return [Point(55.70 + number * 0.003, 37.50 + (number * 7 % 11) * 0.02) for number in range(count)]


@pytest.fixture(params=["osrm", "valhalla"])
def peer(request):
    return request.getfixturevalue(f"{request.param}_peer")


@pytest.fixture
def chosen(peer, anna):
    services.change(Service.What.TRAVEL, kind=peer.kind, base=peer.url, by=anna)
    peer.asked.clear()
    return peer


def source(peer, **other):
    return closing(of_kind(peer.kind)(**{"base": peer.url, "patience": 2.0, **other}))


# The contract.


def test_it_says_how_long_from_each_to_each(peer):
    origins, targets = points(3), points(5)[3:]
    with source(peer) as asked:
        said = asked.seconds(origins, targets)
    assert said == [[round(peer.seconds(one, other)) for other in targets] for one in origins]
    assert said[0][1] != said[1][0]


def test_where_no_road_leads_there_is_no_time(peer):
    here, island = points(2)
    peer.islands.add(tuple(island))
    with source(peer) as asked:
        assert asked.seconds([here], [here, island]) == [[0, None]]


def test_an_osrm_with_another_map_takes_the_nearest_street_and_is_not_believed(osrm_peer):
    here, beyond = points(2)
    osrm_peer.beyond.add(tuple(beyond))
    with source(osrm_peer) as asked:
        assert asked.seconds([here], [here, beyond]) == [[0, None]]


def test_its_limit_is_data_and_more_is_too_many(peer):
    with source(peer) as asked:
        many = points(asked.most)
        assert len(asked.seconds(many, many)) == asked.most
        with pytest.raises(TooMany):
            asked.seconds([*many, Point(55.9, 37.7)], [*many, Point(55.9, 37.7)])


@pytest.mark.parametrize(("status", "why"), [(502, "unreachable"), (429, "too_often"), (404, "not_understood")])
def test_what_is_wrong_has_a_name(peer, status, why):
    peer.broken = status
    with source(peer) as asked, pytest.raises(Trouble, match=why):
        asked.seconds(points(1), points(2))


def test_somebody_else_at_the_address(peer, answering):
    nonsense = [
        b"<html>",
        b"[]",
        b'{"code": "Ok"}',
        b'{"code": "Ok", "durations": [[1, 2]], "sources_to_targets": [[]]}',
        b'{"code": "Ok", "durations": [["x"]], "sources_to_targets": {"durations": [["x"]]}}',
        b'{"code": "Ok", "durations": [[1]], "sources": 7, "destinations": [7], "sources_to_targets": 7}',
    ]
    for said in nonsense:
        url = answering(lambda _way, _headers, _given, said=said: (200, said))
        with source(peer, base=url) as asked, pytest.raises(Trouble, match="not_understood"):
            asked.seconds(points(1), points(1))
    for base, why in (("http://127.0.0.1:9", "unreachable"), ("", "no_address")):
        with source(peer, base=base) as asked, pytest.raises(Trouble, match=why):
            asked.seconds(points(1), points(1))


def test_a_valhalla_from_before_says_more_and_is_read_too(valhalla_peer):
    valhalla_peer.knows_brief = False
    one, other = points(2)
    with source(valhalla_peer) as asked:
        assert asked.seconds([one], [other]) == [[valhalla_peer.seconds(one, other)]]


def test_where_a_server_has_no_map(valhalla_peer):
    with source(valhalla_peer) as asked, pytest.raises(Trouble, match="no_map"):
        asked.seconds([Point(55.7, 37.6)], [Point(43.1, 131.9)])


@pytest.mark.parametrize("client", [PublicOsrm, PublicValhalla])
def test_routingpy_gets_along_with_our_stand_ins(client, osrm_peer, valhalla_peer):
    peer, profile = (osrm_peer, "driving") if client is PublicOsrm else (valhalla_peer, "auto")
    places = points(3)
    said = client(base_url=peer.url).matrix([[lon, lat] for lat, lon in places], profile=profile)
    assert said.durations == [[peer.seconds(one, other) for other in places] for one in places]


# What the house makes of it.


def test_without_a_server_it_is_estimated_and_nobody_is_told_so(db):
    travel = times.travel()
    assert travel.is_estimated is False
    assert travel.version == times.estimate().version
    assert travel.matrix(points(2))[0, 1] > 240


def test_a_server_is_believed_and_parking_comes_on_top(chosen):
    places = points(4)
    travel = times.travel()
    wanted = [[round(chosen.seconds(one, other)) + (240 if one != other else 0) for other in places] for one in places]
    assert travel.matrix(places).tolist() == wanted
    assert travel.to_many(places[0], places[1:]).tolist() == wanted[0][1:]
    assert (travel.is_estimated, travel.version.partition("-")[0]) == (False, chosen.kind)


def test_what_it_has_said_once_is_not_asked_again(chosen, django_assert_num_queries):
    places = points(4)
    times.travel().matrix(places)
    chosen.asked.clear()
    times.travel().matrix(places)
    assert chosen.asked == []
    times.travel().matrix([*places, Point(55.9, 37.7)])
    assert sorted(chosen.asked) == [(1, 5), (4, 1)], "of a new place only the ways there and back"
    travel = times.travel()
    with django_assert_num_queries(1):
        travel.to_many(places[0], places)


def test_many_are_asked_in_blocks_and_a_smaller_server_for_less(chosen):
    most = of_kind(chosen.kind).most
    places = points(most + 10)
    travel = times.travel()
    travel.matrix(places)
    assert travel.is_estimated is False
    assert len(chosen.asked) == 4
    PairTime.objects.all().delete()
    chosen.asked.clear()
    if chosen.kind == "osrm":
        chosen.largest = 20
    else:
        chosen.most_pairs = 400
    travel = times.travel()
    assert (travel.matrix(places)[0, 1:] > 240).all()
    assert travel.is_estimated is False


@pytest.mark.parametrize("status", [502, 404])
def test_a_server_that_fails_is_estimated_says_so_and_rests(chosen, status):
    places = points(3)
    chosen.broken = status
    travel = times.travel()
    assert (travel.matrix(places) == times.estimate().matrix(places)).all()
    assert travel.is_estimated is True
    chosen.broken = 0
    again = times.travel()
    again.matrix(places)
    assert (again.is_estimated, chosen.asked) == (True, []), "a call does not wait for it again"
    Service.objects.update(rests_until=clock.now() - timedelta(seconds=1))
    healed = times.travel()
    healed.matrix(places)
    assert healed.is_estimated is False
    assert services.service(Service.What.TRAVEL).trouble == ""


def test_a_server_that_is_slow_holds_up_nobody(answering, anna, osrm_peer):
    services.change(Service.What.TRAVEL, kind="osrm", base=osrm_peer.url, by=anna)
    slow = answering(lambda *_asked: (time.sleep(3), (200, {}))[1])
    Service.objects.update(base=slow)
    began = time.monotonic()
    travel = times.travel(patience=0.3)
    travel.to_many(points(1)[0], points(5))
    assert time.monotonic() - began < 1.5
    assert travel.is_estimated is True


def test_where_no_road_leads_it_is_estimated(chosen):
    here, island = points(2)
    chosen.islands.add(tuple(island))
    travel = times.travel()
    assert travel.to_many(here, [island])[0] == times.estimate().to_many(here, [island])[0]
    assert travel.is_estimated is False


def test_the_hour_that_finished_visits_have_taught_comes_on_top(chosen):
    usual = times.estimate()
    slowness = tuple(1.5 if hour == 8 else 1.0 for hour in range(24))
    times.learn(type(usual)(usual.centre, slowness=slowness), journeys=40)
    here, there = points(2)
    plain, at_eight = times.travel().to_many(here, [there])[0], times.travel(hour=8).to_many(here, [there])[0]
    assert at_eight == pytest.approx((plain - 240) * 1.5 + 240, abs=2)


def test_another_server_is_not_mixed_with_this_one(chosen, anna):
    times.travel().matrix(points(2))
    before = times.travel().version
    services.change(Service.What.TRAVEL, kind=chosen.kind, base=chosen.url, by=anna)
    assert times.travel().version != before
    assert not PairTime.objects.exists()


def test_old_times_are_forgotten(chosen):
    times.travel().matrix(points(2))
    times.forget_old()
    assert PairTime.objects.exists()
    PairTime.objects.update(at=clock.now() - timedelta(days=31))
    times.forget_old()
    assert not PairTime.objects.exists()


def test_a_server_with_a_map_of_another_region_is_refused(osrm_peer, anna):
    osrm_peer.seconds = lambda *_pair: None
    with pytest.raises(Refused, match="карт|map"):
        services.change(Service.What.TRAVEL, kind="osrm", base=osrm_peer.url, by=anna)
    assert services.service(Service.What.TRAVEL).kind == ""


@pytest.mark.slow
def test_a_whole_matrix_out_of_the_store_is_quick(chosen):
    places = points(300)
    times.travel().matrix(places)
    began = time.process_time()
    again = times.travel().matrix(places)
    assert time.process_time() - began < 1.0
    assert isinstance(again, np.ndarray)
