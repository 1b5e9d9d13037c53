from __future__ import annotations

import json
import threading
import time

import psycopg
import pytest

from svyazka.edge import live
from svyazka.edge.conftest import open_house

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session(enter):
    """A person's cookie, after log-in."""
    return lambda person: enter(person).cookies["svyazka_session"].value


def happen(connection, topic: str = "deal", object_id: int = 17, *, people: list[int] | None = None, at="now()") -> int:
    """A change somewhere in the house, committed, and the bell."""
    insert = f"insert into journal_liveevent (at, topic, object_id, people, data) values ({at}, %s, %s, %s, %s)"
    row = connection.execute(insert + " returning id", [topic, object_id, people, '{"stage": 3}']).fetchone()
    connection.commit()
    connection.execute("notify svyazka_bell")
    connection.commit()
    return row[0]


def test_an_event_is_there_within_a_second_of_its_commit(house, session, olga):
    stream = house.listen(session(olga))
    assert (stream.status, set(stream.opening)) == (200, {"retry", "id"})

    started = time.monotonic()
    number = happen(house.database)

    assert stream.event() == {"id": 17, "event": "live", "topic": "deal", "stage": 3} | {"id": 17}
    assert time.monotonic() - started < 1
    assert number > 0


def test_a_page_hears_what_came_after_it_was_drawn_and_nothing_before(house, session, olga):
    happen(house.database, "call", 1)
    drawn = happen(house.database, "deal", 2)
    happen(house.database, "deal", 3)
    stream = house.listen(session(olga), path=f"/live/?heard={drawn}")
    assert stream.opening["id"] == str(drawn)
    assert (stream.event()["id"], happen(house.database, "deal", 4) > drawn, stream.event()["id"]) == (3, True, 4)


def test_an_event_without_a_bell_is_found_by_the_poll(house, session, olga):
    stream = house.listen(session(olga))
    house.rows(
        "insert into journal_liveevent (at, topic, object_id, data) values (now(), 'call', 5, '{}') returning id"
    )
    assert stream.event()["topic"] == "call"


def test_an_engineer_hears_only_what_is_addressed_to_him(house, session, olga, egor, boris):
    engineers, office = house.listen(session(egor)), house.listen(session(olga))
    happen(house.database, "deal", 1)
    happen(house.database, "visit", 2, people=[boris.pk])
    happen(house.database, "visit", 3, people=[egor.pk])
    assert engineers.event()["id"] == 3
    assert office.event()["id"] == 1


def test_nobody_listens_without_a_session(house, session, olga):
    assert house.ask("GET", "/live/").status == 401
    assert house.ask("GET", "/live/", cookie="svyazka_session=forged").status == 401
    key = session(olga)
    house.rows("update staff_person set is_active = false where login = 'olga' returning id")
    assert house.ask("GET", "/live/", cookie=f"svyazka_session={key}").status == 401


def test_an_ended_session_is_cut(windows, settings, session, olga, mikhail, monkeypatch):
    monkeypatch.setattr(live, "CHECK_SESSIONS", 0.2)
    with open_house(settings.DATABASE_DIRECT_URL) as house:
        key = session(olga)
        ended, other = house.listen(key), house.listen(session(mikhail))
        house.rows("delete from staff_session where session_key = %s returning session_key", key)
        assert ended.event() == {}
        happen(house.database, "deal", 4)
        assert other.event()["id"] == 4


def test_who_is_let_go_hears_nothing_more_at_once(house, session, olga, mikhail):
    gone, other = house.listen(session(olga)), house.listen(session(mikhail))
    started = time.monotonic()
    house.rows("update staff_person set is_active = false where login = 'olga' returning id")
    happen(house.database, "person", olga.pk)
    assert gone.event() == {}
    assert time.monotonic() - started < 2
    assert other.event()["topic"] == "person"


def test_what_happens_to_a_person_cuts_nobody_who_is_still_here(house, session, olga):
    stream = house.listen(session(olga))
    happen(house.database, "person", olga.pk)
    happen(house.database, "deal", 4)
    assert [stream.event()["topic"] for _ in range(2)] == ["person", "deal"]


def test_what_was_missed_is_told_again_after_a_break(house, session, olga, egor):
    key = session(olga)
    numbers = [happen(house.database, "deal", object_id) for object_id in (1, 2, 3)]
    happen(house.database, "visit", 4, people=[egor.pk])

    stream = house.listen(key, Last_Event_ID=str(numbers[0]))
    assert [stream.event()["id"] for _ in range(2)] == [2, 3]
    late = house.listen(key, path=f"/live/?last={numbers[1]}")
    assert late.event()["id"] in (1, 3)  # what came shortly before is told again: it may have been committed late

    happen(house.database, "deal", 5)
    assert stream.event()["id"] == 5


def test_after_a_long_break_the_page_loads_anew(house, session, olga):
    key = session(olga)
    number = happen(house.database, "deal", 1)
    happen(house.database, "deal", 2, at="now() - interval '11 minutes'")
    assert house.listen(key, Last_Event_ID=str(number)).event()["event"] == "reload"
    assert house.listen(key, Last_Event_ID="999999999").event()["event"] == "reload"


def test_an_event_committed_out_of_order_is_not_lost(house, session, olga, settings):
    stream = house.listen(session(olga))
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as slow:
        slow.execute("insert into journal_liveevent (at, topic, object_id, data) values (now(), 'deal', 1, '{}')")
        happen(house.database, "deal", 2)
        assert stream.event()["id"] == 2
        slow.commit()
    assert stream.event()["id"] == 1


def test_a_page_hears_what_was_committed_after_it_was_drawn_though_with_a_smaller_number(
    house, session, olga, settings
):
    key = session(olga)
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as slow:
        slow.execute("insert into journal_liveevent (at, topic, object_id, data) values (now(), 'deal', 1, '{}')")
        drawn = happen(house.database, "deal", 2)
        other = house.listen(key)
        slow.commit()
    assert other.event()["id"] == 1, "the edge has read it before the page asks"
    assert house.listen(key, path=f"/live/?heard={drawn}").event()["id"] == 1


def test_nobody_is_told_anything_before_the_edge_knows_where_it_stands(house, session, olga, monkeypatch):
    key = session(olga)
    assert house.listen(key).status == 200
    monkeypatch.setattr(live, "BEGIN_WITHIN", 0.2)
    house.server.edge.live._begun.clear()
    assert house.listen(key).status == 503


def test_the_listener_comes_back_after_the_database_was_away(house, session, olga):
    stream = house.listen(session(olga))
    house.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity "
        "where application_name = 'svyazka edge' and datname = current_database()"
    )
    happen(house.database, "deal", 9)
    assert stream.event()["id"] == 9


def test_a_browser_that_does_not_read_is_let_go(house, session, olga, monkeypatch):
    monkeypatch.setattr(live, "MOST_PENDING", 20_000)
    monkeypatch.setattr(live, "STALLED_AFTER", 0.2)
    monkeypatch.setattr(live, "LONGEST_PAUSE", 0.1)
    stalled, reading = house.listen(session(olga)), house.listen(session(olga))
    heard = []
    reader = threading.Thread(target=lambda: heard.extend(reading.event() for _ in range(2000)))
    reader.start()
    for first in range(0, 2000, 100):
        house.rows(
            "insert into journal_liveevent (at, topic, object_id, data) "
            "select now(), 'deal', n, %s::jsonb from generate_series(%s::int + 1, %s::int + 100) n returning id",
            json.dumps({"ids": [1_000_000] * 2000}), first, first,
        )  # fmt: skip
        house.database.execute("notify svyazka_bell")
        time.sleep(0.05)
    reader.join(20)
    assert len(heard) == 2000
    assert len(house.server.edge.live._listeners) == 1
    stalled.close()


def test_open_streams_do_not_hold_up_the_end(house, session, olga):
    streams = [house.listen(session(olga)) for _ in range(3)]
    house.server.should_exit = True
    assert [stream.event() for stream in streams] == [{}, {}, {}]


def test_at_a_rush_the_office_hears_by_the_handful_and_whose_phone_rings_at_once(house, session, olga):
    stream = house.listen(session(olga))
    house.rows(
        "insert into journal_liveevent (at, topic, object_id, data) "
        "select now(), 'call', n, '{}' from generate_series(1, 60) n returning id"
    )
    house.database.execute("notify svyazka_bell")
    first = time.monotonic()
    assert [stream.event()["id"] for _call in range(60)] == list(range(1, 61))
    happen(house.database, "call", 61)  # has to wait: there was much to tell
    happen(house.database, "call", 62, people=[olga.pk])
    assert [stream.event()["id"] for _call in range(2)] == [62, 61]
    assert time.monotonic() - first > live.LONGEST_PAUSE / 2
