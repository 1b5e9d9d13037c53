"""The lists of calls are read from indexes, however many calls there were: each looks at a page, and no further."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls.models import Call
from svyazka.kit import clock

MANY = 60_000  # of which few were missed, as on a good day, all of them long ago
_FILL = """
insert into calls_call (started_at, pbx_code, key, direction, client_number, our_number, state, result, waiting_seconds,
                        talk_seconds, recording, queue, legs)
select %s - number * interval '10 seconds', 'asterisk/lab1', number::text, 'in', '', '', 'ended',
       case when number > 59000 and number %% 5 = 0 then 'missed' else 'answered' end, 3, 60, '', '', '[]'
from generate_series(1, %s) number
"""


@pytest.fixture
def many(windows):
    with connection.cursor() as cursor:
        cursor.execute(_FILL, [clock.now(), MANY])
        cursor.execute("analyze calls_call")


def rows_read(asked: str) -> tuple[float, str]:
    """How many rows of calls were looked at, and how."""
    with connection.cursor() as cursor:
        cursor.execute("explain (analyze, format json) " + asked)
        ((plan,),) = cursor.fetchall()
    found = json.loads(plan) if isinstance(plan, str) else plan
    return sum(_read(found[0]["Plan"])), json.dumps(found)


def _read(node: dict) -> list[float]:
    inside = [rows for part in node.get("Plans", ()) for rows in _read(part)]
    if "Relation Name" in node or "Index Name" in node:
        passed_over = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        inside.append((node["Actual Rows"] + passed_over) * node["Actual Loops"])
    return inside


def test_each_filter_of_the_list_looks_at_a_page_only(enter, windows, many):
    browser = enter(windows["olga"])
    for shown in ("", "missed", "answered", "now"):
        page = looked_at(browser, f"/calls/?show={shown}")
        if before := re.search(r"before=(\d+)", page):
            looked_at(browser, f"/calls/?show={shown}&before={before[1]}")
    _calls_at_a_phone_are_looked_for_among_those_that_go_on(browser)


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("", "Звонков пока нет"),
        ("missed", "Пропущенных звонков нет"),
        ("answered", "Принятых звонков пока нет"),
        ("now", "Сейчас никто не разговаривает"),
        ("нет такого", "Звонков пока нет"),
    ],
)
def test_where_nothing_is_shown_it_says_what_there_is_none_of(enter, windows, shown, said):
    page = enter(windows["olga"]).get("/calls/", {"show": shown}).content.decode()
    assert f"<h2>{said}</h2>" in page


def looked_at(browser, address: str) -> str:
    with CaptureQueriesContext(connection) as asked:
        page = browser.get(address).content.decode()
    (listed,) = [one["sql"] for one in asked if 'ORDER BY "calls_call"."started_at" DESC' in one["sql"]]
    number, plan = rows_read(listed)
    assert number <= 120, plan
    return page


def _calls_at_a_phone_are_looked_for_among_those_that_go_on(browser):
    Call.objects.create(
        started_at=clock.now(), pbx_code="asterisk/lab1", key="a", legs=[{"key": "b", "extension": "101"}]
    )
    with CaptureQueriesContext(connection) as asked:
        browser.get("/calls/mine/")
    (found,) = [one["sql"] for one in asked if "legs" in one["sql"] and "@>" in one["sql"]]
    number, plan = rows_read(found)
    assert number <= 2, plan
