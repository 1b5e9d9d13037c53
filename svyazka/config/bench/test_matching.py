from __future__ import annotations

import csv
from dataclasses import replace
from itertools import islice

import pytest

from svyazka.config.bench import matching_batch, matching_febrl, matching_leads, matching_peers
from svyazka.config.bench.matching_import_inside import TITLES, table
from svyazka.config.bench.matching_leads import Decided, as_used, outcome
from svyazka.config.bench.matching_scores import chained, f1, pairs_within
from svyazka.engines.matching import made_up
from svyazka.engines.matching.compare import compare
from svyazka.engines.matching.hindsight import surely
from svyazka.engines.matching.made_up import Arrived
from svyazka.engines.matching.record import Given, normalise

SOMEBODY = normalise(Given(("Иванова Анна",), ("8 916 765-43-21; 8 495 222-33-44",), ("ania@mail.ru",)))
BLANK = Arrived(SOMEBODY, Given(), None, "")


def came(client: int | None) -> Arrived:
    return replace(BLANK, client=client)


def attached(client: int) -> Decided:
    return Decided(client, frozenset([client]))


def asked(*clients: int) -> Decided:
    return Decided(None, frozenset(clients))


def test_an_outcome_counts_what_was_right_found_and_asked():
    arrived = [came(1), came(2), came(3), came(None), came(5)]
    found = outcome(arrived, [attached(1), attached(9), asked(7, 3), asked(4), asked()])
    assert (found.right, found.attached, found.shown, found.asked) == (50, 25, 50, 40)
    assert 0 < found.surely < found.right


def test_the_lower_bound_is_wilsons():
    assert surely(8057, 8064) == pytest.approx(0.99821, abs=1e-5)
    assert surely(0, 0) == 0


def test_pairs_of_a_list():
    assert pairs_within("abab") == {(0, 2), (1, 3)}
    assert chained(5, [(3, 4), (1, 3)]) == [0, 1, 2, 1, 1]
    assert f1({(0, 1), (0, 2)}, {(0, 1), (1, 2)}) == 0.5
    assert f1(set(), set()) == 1


@pytest.mark.parametrize(
    ("likely", "decided"),
    [
        ({}, asked()),
        ({1: 0.995}, attached(1)),
        ({1: 0.98}, asked(1)),
        ({1: 0.995, 2: 0.99}, asked(1, 2)),
        ({1: 0.9999, 2: 0.5}, Decided(1, frozenset([1, 2]))),
        ({1: 1.0, 2: 1.0}, asked(1, 2)),
        ({1: 0.02}, asked()),
    ],
)
def test_others_attach_whom_they_are_sure_of_and_show_the_rest(likely, decided):
    assert as_used(likely) == decided


def test_a_card_for_others_has_every_phone():
    card = matching_peers.card(SOMEBODY, "lead")
    assert (card["side"], card["surname"], card["first"]) == ("lead", "иванов", "анна")
    assert card["phones"].split(" ") == ["+79167654321", "+74952223344"]


def test_without_the_yardsticks_their_figures_are_left_out(monkeypatch, capsys):
    monkeypatch.delenv("SVYAZKA_YARDSTICKS", raising=False)
    assert matching_febrl.rows() == []
    world = made_up.world(402, clients=120, arrivals=60)
    rows = [*matching_leads.rows(world), *matching_batch.rows(world, 50)]
    assert len(rows) == 8
    assert [row.peers for row in rows] == [{}] * 8
    assert "left out" in capsys.readouterr().err


@pytest.mark.skipif(not matching_peers.are_there(), reason="names no Python with the yardsticks")
@pytest.mark.parametrize("tool", matching_peers.NAMES)
def test_others_find_those_who_say_the_same(tool):
    world = made_up.world(402, clients=300, arrivals=0)
    records = [record for _client, record in world.rows]
    said = matching_peers.said(tool, "cards", [matching_peers.card(record, "") for record in records])
    true = pairs_within([client for client, _record in world.rows])
    found = said.at_least(0.9)
    assert len(found & true) > len(true) / 4
    assert all(one < other for one, other in found)


def febrl_card(**said: str) -> dict[str, str]:
    card = {"given_name": "bayden", "surname": "lonergan", "street_number": "37", "address_1": "callister crescent"}
    return card | {"address_2": "", "suburb": "burwood", "postcode": "2320", "date_of_birth": "19880619", **said}


def test_either_line_of_an_address_may_be_the_street():
    streets = [febrl_card(address_2="the gums"), febrl_card(address_1="the gums", address_2="callister crescent")]
    one, other = map(matching_febrl.record, streets)
    assert {said.term for said in compare(one, other)} >= {"born.same", "address.building"}
    assert len(matching_febrl.record(febrl_card(address_1="")).addresses) == 1


def test_of_two_lists_only_pairs_across_are_asked_for():
    lot = list(islice(matching_febrl.by_lot("aabb"), 200))
    assert {tuple(sorted(pair)) for pair in lot} == {(0, 2), (0, 3), (1, 2), (1, 3)}
    assert matching_febrl.all_pairs("aabb") == 4
    assert matching_febrl.all_pairs("aaaa") == 6


def test_the_table_that_moves_in_has_as_many_lines_as_it_says(tmp_path):
    table(30, tmp_path / "clients.csv")
    lines = list(csv.reader((tmp_path / "clients.csv").read_text(encoding="utf-8").splitlines(), delimiter=";"))
    assert tuple(lines[0]) == TITLES
    assert len(lines) == 31
    assert {len(line) for line in lines} == {len(TITLES)}
