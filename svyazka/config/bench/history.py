"""`svyazka bench telephony --history`: does the pop cost more where a year of calls lies behind it?

The same calls, and the same cards, before and after fifty million rows have been written into the months before.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import psycopg

from svyazka.config.bench import processor, telephony
from svyazka.config.bench.pages import PAGES, House, house_with
from svyazka.config.bench.report import Row

MONTHS = 12
CARDS = 60


def rows(quick: bool) -> list[Row]:
    many = 1_000_000 if quick else 50_000_000
    with house_with(20_000) as house, telephony.switchboard(house) as board:
        telephony.operators(house)
        telephony.played(board, house, seconds=5)  # warm
        call_before, card_before = _call(board, house, quick), _card(house)
        took = _fill(house, many)
        call_after, card_after = _call(board, house, quick), _card(house)
    return [
        Row("card of a ringing call, nothing behind it", card_before, "CPU ms"),
        Row(f"the same, {many:,} calls behind it", card_after, "CPU ms"),
        Row("as much as before", card_after / card_before, "times", must=1.2),
        Row("a call from socket to history, nothing behind it", call_before, "CPU ms"),
        Row(f"the same, {many:,} calls behind it", call_after, "CPU ms"),
        Row("as much as before ", call_after / call_before, "times", must=1.2),
        Row("rows written in bulk", many / took, "a second", better="higher"),
    ]


def _call(board: telephony.Board, house: House, quick: bool) -> float:
    costs = []
    for _round in range(3):
        load = telephony.played(board, house, seconds=5 if quick else 15, calls=50.0, ringing=20.0)
        costs.append(telephony.cost(load))
    return median(costs)


def _card(house: House) -> float:
    """Of the last calls that rang; whatever they have behind them is looked up with each."""
    with psycopg.connect(house.url) as connection:
        found = connection.execute(_RANG, [telephony.CODE, CARDS]).fetchall()
    costs = []
    for _round in range(5):
        before = processor.used(house.process, house.cluster, named=PAGES)
        for (number,) in found:
            house.visitor.get(f"/calls/{number}/card/")
        costs.append((processor.used(house.process, house.cluster, named=PAGES) - before) / len(found))
    return median(costs[1:])


_RANG = """
select id from calls_call where pbx_code = %s and client_id is not null and answered_by_id is not null
order by started_at desc limit %s
"""


def _fill(house: House, many: int) -> float:
    """Month by month, into pieces of the table as the house makes them."""
    began = time.monotonic()
    this_month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    months = [this_month]
    for _month in range(MONTHS):
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    with psycopg.connect(house.url, autocommit=True) as connection:
        for begin, end in zip(months[1:], months, strict=False):
            connection.execute(_PIECE.format(name=f"calls_call_{begin:%Y%m%d}", begin=begin, end=end).encode())
            connection.execute(_CALLS, {"begin": begin, "span": end - begin, "many": many // MONTHS})
            print(f"bench: {begin:%Y-%m}", file=sys.stderr, flush=True)
        connection.execute("vacuum analyze calls_call")
    return time.monotonic() - began


_PIECE = "create table if not exists {name} partition of calls_call for values from ('{begin}') to ('{end}')"
_CALLS = """
insert into calls_call (started_at, pbx_code, key, direction, client_number, our_number, client_id, state, result,
    answered_at, ended_at, waiting_seconds, talk_seconds, recording, queue, legs)
select at, 'asterisk/past', 'lab1-' || extract(epoch from at)::bigint || '.' || number, 'in',
    '+7916' || (1000000 + number %% 8999999), '+74951000101', client.first + number %% client.many, 'ended',
    case when number %% 5 = 0 then 'answered' else 'missed' end,
    case when number %% 5 = 0 then at + interval '7 seconds' end, at + interval '40 seconds', 7,
    case when number %% 5 = 0 then 33 else 0 end, '', 'sales', '[]'
from (select min(id) as first, greatest(count(*), 1) as many from clients_client) client,
    generate_series(1, %(many)s) number,
    lateral (select %(begin)s::timestamptz + %(span)s::interval * (number::float / (%(many)s + 1)) as at) moment
"""
