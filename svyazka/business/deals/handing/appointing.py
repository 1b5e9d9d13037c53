"""Who becomes responsible, by rule.

The choice itself is made by `engines.sharing`, out of people who are at work. `key` names the rule ("hand_off/7"):
whoever chooses by the same one waits until the other's transaction ends, so that two deals that come at once go to two
people. Take the deals before you choose, never the other way round.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from svyazka.business.deals.models import Appointing
from svyazka.business.staff import hours, roles
from svyazka.business.staff.models import CompanyRole, Department, Person
from svyazka.engines import sharing
from svyazka.engines.sharing import Candidate, Piece
from svyazka.kit import clock, rows

How = Appointing.How
COUNTED_ANEW = timedelta(seconds=10)  # so late it is seen what people have closed, or given to one another
_SHARED = {
    How.ROUND_ROBIN: sharing.in_turn,
    How.LEAST_LOADED: sharing.to_least_loaded,
    How.FORMER: sharing.to_least_loaded,
}


@dataclass(frozen=True, slots=True)
class Wanting:
    """A deal that wants somebody: its client, and who cannot be the one."""

    client_id: int | None = None
    besides: Collection[int] = ()


def choose(
    rule: Appointing, *, key: str, client_id: int | None, at: datetime, besides: Collection[int] = ()
) -> Person | None:
    """Whoever the rule names, of those who are at work. Nobody: the head hands out. Call it in the transaction that
    appoints."""
    (chosen,) = choose_many(rule, key=key, wanting=[Wanting(client_id, besides)], at=at)
    return _person(chosen) if chosen else None


def _person(number: int) -> Person:
    """With the department and the role, which whoever appoints asks for."""
    ((person, person.department, person.company_role),) = rows.read_joined(
        _PERSON, [number], Person, Department, CompanyRole
    )
    found: Person = person
    return found


_PERSON = f"""
select {rows.columns(Person, Department, CompanyRole)} from staff_person
left join staff_department on staff_department.id = department_id
left join staff_companyrole on staff_companyrole.code = role
where staff_person.id = %s
"""  # noqa: S608  # of our own models' names only


def choose_many(
    rule: Appointing, *, key: str, wanting: Sequence[Wanting], at: datetime, off_shift: bool = False
) -> list[int | None]:
    """For each of them the id of a person, in five statements however many they are. `off_shift`: also those who are
    not at work just now, as long as they are not away."""
    if rule.how == How.NOBODY or not wanting:
        return [None] * len(wanting)
    _wait_for_others(key)
    counts = _counts(rule, key=key, at=at, off_shift=off_shift)
    team = [one.candidate for one in counts]
    former = _former(wanting, team) if rule.how == How.FORMER else {}
    pieces = [Piece(former.get(one.client_id or 0), one.besides) for one in wanting]
    chosen = _SHARED[How(rule.how)](team, pieces)
    # Behind every turn before: whoever had to wait for others knew the time before they did.
    _keep_turns(key, chosen, after=max([at, *(one.last for one in team if one.last)]))
    if rule.how != How.ROUND_ROBIN:
        _keep_loads(key, chosen, counts)
    return chosen


def candidates(rule: Appointing, *, key: str, at: datetime, off_shift: bool = False) -> list[Candidate]:
    """Whom the rule means and who is at work, with what each of them has on the table."""
    return [one.candidate for one in _counts(rule, key=key, at=at, off_shift=off_shift)]


@dataclass(frozen=True, slots=True)
class _Count:
    candidate: Candidate
    counted_at: datetime | None  # None: just now


def _counts(rule: Appointing, *, key: str, at: datetime, off_shift: bool) -> list[_Count]:
    """A hundred thousand open deals take ten milliseconds to count: that is not done for each choice."""
    now = clock.now()
    wish: dict[str, Any] = {
        "key": key,
        "at": at,
        "department": rule.department_id,
        "roles": [rule.role] if rule.role else roles.having("deals.change"),
        "skill": rule.skill,
        "people": rule.people,
        "looks_at_loads": rule.how != How.ROUND_ROBIN,
        "since": now - COUNTED_ANEW,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, wish)
        found = cursor.fetchall()
    return [
        _Count(Candidate(number, load, last), counted_at)
        for number, load, counted_at, last, week in found
        if off_shift or hours.covers(json.loads(week), at)
    ]


_CANDIDATES = """
select person.id,
       case when load.id is not null then load.open_deals when %(looks_at_loads)s then (
           select count(*) from deals_deal deal where deal.responsible_id = person.id and deal.closed_at is null
       ) else 0 end,
       load.counted_at, turn.at, person.hours
from staff_person person
left join deals_turn turn on turn.person_id = person.id and turn.rule = %(key)s
left join deals_load load on load.person_id = person.id and load.rule = %(key)s
    and load.counted_at > %(since)s and load.counted_at <= %(now)s
where person.is_active and person.role = any(%(roles)s)
  and (%(department)s::bigint is null or person.department_id = %(department)s)
  and (%(skill)s = '' or %(skill)s = any(person.skills))
  and (%(people)s::bigint[] = '{}' or person.id = any(%(people)s))
  and not exists (select from staff_absence away where away.person_id = person.id and away.during @> %(at)s)
"""


def skills_in_use(also: Collection[str] = ()) -> list[str]:
    """Those that somebody has or a rule asks for, and these."""
    with connection.cursor() as cursor:
        cursor.execute(_SKILLS)
        found = {skill for (skill,) in cursor.fetchall()}
    return sorted({*found, *also}, key=str.casefold)


_SKILLS = """
select distinct unnest(skills) from staff_person where is_active
union select skill from deals_distributionrule where is_active and skill <> ''
union select skill from deals_handoffrule where skill <> ''
"""


def _wait_for_others(key: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"turn {key}"])


def _former(wanting: Sequence[Wanting], team: Sequence[Candidate]) -> dict[int, int]:
    """Client → whoever of the team had the last deal of his."""
    clients = {one.client_id for one in wanting if one.client_id}
    with connection.cursor() as cursor:
        cursor.execute(_FORMER, [list(clients), [one.id for one in team]])
        return dict(cursor.fetchall())


_FORMER = """
select distinct on (client_id) client_id, responsible_id from deals_deal
where client_id = any(%s) and responsible_id = any(%s) order by client_id, opened_at desc
"""


def _keep_loads(key: str, chosen: Sequence[int | None], counts: Sequence[_Count]) -> None:
    """Of whom they have changed, or who was counted just now."""
    given = Counter(chosen)
    kept = [one for one in counts if one.counted_at is None or given[one.candidate.id]]
    people = [one.candidate.id for one in kept]
    loads = [one.candidate.load + given[one.candidate.id] for one in kept]
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_LOADS, [key, people, loads, [one.counted_at or now for one in kept]])


_KEEP_LOADS = """
insert into deals_load (rule, person_id, open_deals, counted_at)
select %s, * from unnest(%s::bigint[], %s::integer[], %s::timestamptz[])
on conflict (rule, person_id) do update set open_deals = excluded.open_deals, counted_at = excluded.counted_at
"""


def _keep_turns(key: str, chosen: Sequence[int | None], *, after: datetime) -> None:
    """Within a batch too it stays known who came last."""
    turns = {person: after + timedelta(microseconds=number) for number, person in enumerate(chosen, 1) if person}
    if not turns:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_TURNS, [key, list(turns), list(turns.values())])


_KEEP_TURNS = """
insert into deals_turn (rule, person_id, at) select %s, * from unnest(%s::bigint[], %s::timestamptz[])
on conflict (rule, person_id) do update set at = excluded.at
"""
