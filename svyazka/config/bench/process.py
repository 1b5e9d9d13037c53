"""`svyazka bench process`: the process with 10,000 open deals, and a sweep over 100,000.

Counted as in `bench pages`; a stage move with all that follows in the whole house, until the worker has swept the deal.
What the sweep finds is compared with what a slow walk over all deals finds, one by one.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from statistics import median

import psycopg

from svyazka.config.bench import base, processor
from svyazka.config.bench.ground import Ground, ground
from svyazka.config.bench.pages import House, Operation, cost, house_with
from svyazka.config.bench.report import Row

SHARE = 0.8  # of the base's deals are open


def rows(quick: bool) -> list[Row]:
    rounds, share = (3, 3) if quick else (5, 1)
    with house_with(int((2_000 if quick else 10_000) / SHARE)) as place:
        _make_healthy(place.url)
        _await_sweep(place.url, "all_at")
        place.visitor.connection.close()  # the door has by now
        page = cost(place, PAGE, rounds, share)
        moving = _moves(place, rounds, 200 // share)
        handing = _hand_offs(place, rounds, 120 // share)
    with ground() as there:
        took, agrees = _sweeps(there, int((20_000 if quick else 100_000) / SHARE), rounds)
        shared, uneven = _distributions(there, rounds)
    return [
        Row("stage move with all that follows", moving, "CPU ms", must=20, aim=10),
        Row("hand-off with all that follows", handing, "CPU ms", must=40, aim=20),
        Row(PAGE.name, page, "CPU ms", must=PAGE.must, aim=PAGE.aim),
        Row("sweep over all open deals", took, "s", must=3),
        Row("problems found as a slow walk finds them", agrees, "%", better="higher", must=100),
        Row("1,000 leads distributed at once", shared, "s", must=2),
        Row("most and fewest deals afterwards", uneven, "deals apart", must=1),
    ]


def _moves(place: House, rounds: int, times: int) -> float:
    """Milliseconds for one, there and back again between the first two stages, which ask for nothing more."""
    stages = _first_stages(place.url)
    query = "select id, stage_id from deals_deal where stage_id = any(%s) order by id limit %s"
    with psycopg.connect(place.url) as connection:
        deals: dict[int, int] = dict(connection.execute(query, [stages, times]).fetchall())
    costs = []
    for _round in range(rounds + 1):
        deals = {deal: stages[1 - stages.index(stage)] for deal, stage in deals.items()}
        costs.append(_cost_of_moving(place, deals))
    return median(costs[1:])


def _hand_offs(place: House, rounds: int, times: int) -> float:
    """Milliseconds for one: deals of the first stage come to the second, which hands them on to another department."""
    first, second = _first_stages(place.url)
    with psycopg.connect(place.url) as connection:
        for statement in _ANOTHER_DEPARTMENT.split(";\n"):
            connection.execute(statement.encode(), {"stage": second})
        query = "select id from deals_deal where stage_id = %s order by id limit %s"
        deals = [deal for (deal,) in connection.execute(query, [first, times * (rounds + 1)]).fetchall()]
    costs = [_cost_of_moving(place, dict.fromkeys(deals[at :: rounds + 1], second)) for at in range(rounds + 1)]
    return median(costs[1:])


_ANOTHER_DEPARTMENT = """
insert into deals_pipeline (code, words, position) values ('onward', '{"ru": "Onward"}', 9);
insert into deals_stage (pipeline_id, code, position, kind, words, instruction_words, next_step_words, limit_hours,
                         required, colour, only_when)
select p.id, one.code, one.position, one.kind, '{"ru": "Stage"}', '{}', '{"ru": "Ring"}', 24, '[]', 'slate', '{}'
from deals_pipeline p, (values ('begin', 0, 'open'), ('work', 1, 'open'), ('end', 2, 'won')) one (code, position, kind)
where p.code = 'onward';
insert into deals_handoffrule (stage_id, to_id, position, only_when, carried, accept_hours, how, role, skill, people)
select %(stage)s, id, 0, '{}', '[]', 24, 'least_loaded', '', '', '{}' from deals_pipeline where code = 'onward'
"""


def _first_stages(url: str) -> list[int]:
    """Two that a deal may go between without more being known."""
    query = """select s.id from deals_stage s join deals_pipeline p on p.id = s.pipeline_id
    where s.kind = 'open' order by p.position, s.position limit 2"""
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute(query).fetchall()]


def _cost_of_moving(place: House, deals: dict[int, int]) -> float:
    before = processor.used(place.process, place.cluster)
    for deal, stage in deals.items():
        token = place.visitor.cookies["svyazka_csrf"]
        place.visitor.post(f"/deals/{deal}/stage/", stage=str(stage), csrfmiddlewaretoken=token)
    _await_sweep(place.url, "changed_at")
    return (processor.used(place.process, place.cluster) - before) / len(deals)


def _problems(place: House, number: int) -> None:
    place.visitor.get("/problems/" if number % 2 else "/problems/?kind=stuck")


PAGE = Operation("problem page", _problems, 90, must=30, aim=15, peers=(0, 0, 0))


# As a well kept company has them; of every hundred open deals some have each of the common troubles.
_HEALTHY = """
update deals_deal set stage_since = now() - interval '2 hours', stage_due_at = now() + interval '1 day',
    next_step_at = now() + interval '1 day' where closed_at is null;
update deals_task set due_at = now() + interval '1 day';
update deals_deal set stage_due_at = now() - interval '1 hour' where closed_at is null and id % 100 < 12;
update deals_deal set next_step_at = now() - interval '1 hour' where closed_at is null and id % 100 between 5 and 19;
update deals_task t set due_at = d.next_step_at from deals_deal d where d.id = t.deal_id and d.next_step_at < now();
update deals_deal set responsible_id = null where closed_at is null and id % 100 between 20 and 24;
delete from deals_task t using deals_deal d where d.id = t.deal_id and d.id % 100 between 25 and 29;
update deals_deal set next_step = '', next_step_at = null where closed_at is null and id % 100 between 25 and 29;
"""


def _make_healthy(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in _HEALTHY.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())
        connection.execute("vacuum analyze")


def _await_sweep(url: str, which: str) -> None:
    """One that the worker has begun from now on: of all deals (`all_at`), or of those that changed."""
    began, until = datetime.now(UTC), time.monotonic() + 130
    query = f"select 1 from problems_swept where {which} > %s"  # noqa: S608  # of our own words only
    with psycopg.connect(url, autocommit=True) as connection:
        while time.monotonic() < until:
            if connection.execute(query.encode(), [began]).fetchone():
                return
            time.sleep(0.2)
    raise TimeoutError("The worker does not sweep.")


def _sweeps(place: Ground, deals: int, rounds: int) -> tuple[float, float]:
    """Seconds of one that has everything to write; and how much of what it found is right."""
    print(f"bench: {deals} deals", file=sys.stderr, flush=True)
    base.fill(place.url, deals)
    _make_healthy(place.url)
    took = []
    for _round in range(rounds):
        with psycopg.connect(place.url, autocommit=True) as connection:
            connection.execute("truncate problems_problem")
        took.append(_seconds(place, "from svyazka.business.problems.sweep import sweep_all as work"))
    return median(took), _agreement(place.url)


def _seconds(place: Ground, work: str) -> float:
    """How long `work` takes in a process of its own."""
    told = subprocess.run(
        [sys.executable, "-c", _TIMED.format(work=work)], env=dict(place.environment),
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return float(told.stdout.split()[-1])


_TIMED = """
import os, time
os.environ["DJANGO_SETTINGS_MODULE"] = "svyazka.config.settings"
import django
django.setup()
{work}
began = time.perf_counter()
work()
print(time.perf_counter() - began)
"""


def _distributions(place: Ground, rounds: int) -> tuple[float, float]:
    """Seconds for a thousand leads among people who had as many deals each; and how far apart they are afterwards."""
    took, apart = [], []
    for _round in range(rounds):
        with psycopg.connect(place.url) as connection:
            for statement in _LEADS.split(";\n"):
                connection.execute(statement.encode())
        took.append(_seconds(place, _HAND_OUT))
        with psycopg.connect(place.url) as connection:
            (found,) = connection.execute(_APART.encode()).fetchall()
        apart.append(found[0])
    return median(took), max(apart)


_LEADS = """
create temp table team on commit drop as
select id, row_number() over (order by id) - 1 as place, count(*) over () as size
from staff_person where role in ('operator', 'manager');
update staff_person set hours = '{}';
update deals_deal d set responsible_id = team.id
from (select id, row_number() over (order by id) as place from deals_deal where closed_at is null) one, team
where d.id = one.id and one.place % team.size = team.place;
update deals_deal set responsible_id = null, assigned_at = null
where id in (select id from deals_deal where closed_at is null order by id limit 1000);
delete from deals_distributionrule;
insert into deals_distributionrule (pipeline_id, position, only_when, is_active, how, role, skill, people)
select pipeline_id, 0, '{}', true, 'least_loaded', '', '', (select array_agg(id) from team)
from deals_deal where responsible_id is null and closed_at is null group by pipeline_id
"""
_HAND_OUT = """
from svyazka.business.deals.handing.distribution import hand_out_by_rule
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Automaton
leads = list(Deal.objects.filter(closed_at=None, responsible=None).values_list("pk", flat=True))
assert len(leads) == 1000
work = lambda: hand_out_by_rule(leads, by=Automaton("bench"))
"""
_APART = """
select max(number) - min(number) from (
    select count(*) as number from deals_deal where closed_at is null group by responsible_id) loads
"""


def _agreement(url: str) -> float:
    """In hundredths: what both found, of what one of them found."""
    with psycopg.connect(url) as connection:
        found = Counter(connection.execute("select deal_id, kind from problems_problem").fetchall())
        expected = _walk(connection)
    both = sum((found & expected).values())
    return 100 * both / max(1, sum((found | expected).values()))


_COMMON = ("no_person", "no_step", "step_overdue", "stuck", "unanswered")


def _walk(connection: psycopg.Connection[tuple[object, ...]]) -> Counter[tuple[object, ...]]:
    """One deal after the other, each by what is written down of it."""
    now = datetime.now(UTC)
    waits = {
        deal: now - at
        for deal, at in connection.execute(
            "select deal_id, min(at) from clients_interaction where waiting and kind <> 'call' group by deal_id"
        )
        if isinstance(at, datetime)
    }
    expected: Counter[tuple[object, ...]] = Counter()
    query = "select id, responsible_id, next_step_at, stage_due_at from deals_deal where closed_at is null"
    for deal, person, step, due in connection.execute(query):
        holds = (
            person is None,
            step is None,
            isinstance(step, datetime) and step < now - timedelta(minutes=5),
            isinstance(due, datetime) and due < now,
            waits.get(deal, timedelta()) > timedelta(hours=1),
        )
        expected.update((deal, kind) for kind, it_is in zip(_COMMON, holds, strict=True) if it_is)
    return expected
