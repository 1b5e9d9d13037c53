"""To whom a thread goes: to the client's own manager; if he is away to a colleague of his; otherwise by the first rule
that fits to the least loaded of those who are there. Where nobody is there, the department has it, and it waits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, Max, QuerySet

from svyazka.business.inbox.models import Routed, RouteRule, Thread
from svyazka.business.inbox.spread import Candidate, due, pick
from svyazka.business.journal.record import About, Automaton, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff import hours, presence, roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit import clock, rows

RIGHT = "requests.take"  # whoever may answer
MINUTES = 15  # where no rule says otherwise
MOST = 100
HOUSE = Automaton("routing")
Why = Routed.Why


@dataclass(frozen=True)
class Asked:
    """What a way is looked for."""

    client_id: int
    category: str = ""
    account: str = ""
    text: str = ""


@dataclass(frozen=True)
class Way:
    """`person`: nobody is there; then the department has it."""

    why: str
    person: Person | None = None
    department_id: int | None = None
    rule: RouteRule | None = None

    @property
    def minutes(self) -> int:
        return self.rule.minutes if self.rule else MINUTES


@transaction.atomic(savepoint=False)
def route(thread: Thread) -> None:
    """In the transaction of `threads.heard`, which holds it. A thread that somebody has stays with him, unless he is on
    leave or ill. While the client waits it escalates; what he writes meanwhile changes nothing of it."""
    is_away = thread.responsible_id is not None and bool(presence.absent_now([thread.responsible_id]))
    if (thread.escalates_at or thread.escalated) and not is_away:
        return
    now = clock.now()
    if thread.responsible_id and not is_away:
        _watch(thread, now)
        return
    way = whom(Asked(thread.client_id, thread.category, thread.last_account, thread.last_text), now)
    before = thread.responsible_id
    thread.responsible, thread.department_id = way.person, way.department_id
    _keep(thread, way, now)
    if (before, None) != (thread.responsible_id, way.department_id):
        people = [way.person.pk] if way.person else []
        about = About("thread", thread.pk, client_id=thread.client_id)
        changes = {"responsible": (before, thread.responsible_id)}
        record("inbox.routed", about, by=HOUSE, changes=changes, people=people)
        tell(people, "thread.routed", by=HOUSE, client_id=thread.client_id)


def _keep(current: Thread, way: Way, now: datetime) -> None:
    """To whom it goes, why, and when it goes further."""
    escalates_at = _due(current, now, way.minutes) if current.waits_since else None
    rule_id = way.rule.pk if way.rule else None
    with connection.cursor() as cursor:
        kept = [current.responsible_id, current.department_id, escalates_at, current.pk]
        cursor.execute(_KEPT, [*kept, current.pk, str(way.why), rule_id, current.responsible_id, way.minutes, now])


_KEPT = """
with kept as (update inbox_thread set responsible_id = %s, department_id = %s, escalates_at = %s where id = %s)
insert into inbox_routed (thread_id, why, rule_id, person_id, minutes, at) values (%s, %s, %s, %s, %s, %s)
on conflict (thread_id) do update set why = excluded.why, rule_id = excluded.rule_id, person_id = excluded.person_id,
    minutes = excluded.minutes, at = excluded.at
"""


def whom(asked: Asked, now: datetime) -> Way:
    """Changes nothing."""
    return _own(asked.client_id, now) or _by_rule(asked, now) or Way(Why.NOBODY)


def _own(client_id: int, now: datetime) -> Way | None:
    manager = next(iter(rows.read(Person, _MANAGER, [client_id])), None)
    if manager is None:
        return None
    if manager.pk in presence.at_work(now, people=[manager.pk]):
        return Way(Why.OWN, manager, manager.department_id)
    if manager.department_id is None:
        return None
    colleagues = _able().filter(department_id=manager.department_id).exclude(pk=manager.pk)
    return Way(Why.COLLEAGUE, _least_loaded(colleagues, now), manager.department_id)


_MANAGER = """
join deals_deal on deals_deal.responsible_id = staff_person.id
where deals_deal.client_id = %s and deals_deal.closed_at is null and staff_person.is_active
order by deals_deal.opened_at desc, deals_deal.id desc limit 1
"""


def _by_rule(asked: Asked, now: datetime) -> Way | None:
    language = language_of(asked.text)
    for rule, rule.person in rows.read_joined(_RULES, [], RouteRule, Person):
        if fits(rule, asked, language) and _is_its_time(rule, now):
            chosen = _least_loaded(_meant(rule), now)
            department_id = rule.department_id or (rule.person.department_id if rule.person else None)
            return Way(Why.RULE, chosen, department_id, rule)
    return None


_RULES = f"""
select {rows.columns(RouteRule, Person)} from inbox_routerule
left join staff_person on staff_person.id = inbox_routerule.person_id
where inbox_routerule.is_active order by inbox_routerule.position, inbox_routerule.id
"""  # noqa: S608  # names of our own only


def fits(rule: RouteRule, asked: Asked, language: str) -> bool:
    return (
        (not rule.categories or asked.category in rule.categories)
        and (not rule.accounts or asked.account in rule.accounts)
        and (not rule.language or rule.language == language)
    )


def language_of(text: str) -> str:
    if re.search(r"[\u0400-\u04ff]", text):
        return "ru"
    return "en" if re.search(r"[a-zA-Z]{2}", text) else ""


def _is_its_time(rule: RouteRule, now: datetime) -> bool:
    if not rule.hours:
        return True
    works = any(hours.covers(week, now) for week in _weeks(_meant(rule)))
    return works is (rule.hours == RouteRule.Hours.OPEN)


def _meant(rule: RouteRule) -> QuerySet[Person]:
    found = _able()
    if rule.person_id:
        return found.filter(pk=rule.person_id)
    if rule.department_id:
        found = found.filter(department_id=rule.department_id)
    return found.filter(skills__contains=[rule.skill]) if rule.skill else found


def _able() -> QuerySet[Person]:
    return Person.objects.working().filter(role__in=roles.having(RIGHT))


def _weeks(people: QuerySet[Person]) -> list[dict[str, list[list[str]]]]:
    return list(people.values_list("hours", flat=True))


def _least_loaded(people: QuerySet[Person], now: datetime) -> Person | None:
    found = {one.pk: one for one in people}
    there = presence.at_work(now, people=found) if found else set()
    waiting = Thread.objects.filter(responsible__in=there, waits_since__isnull=False).order_by()
    loads = dict(waiting.values_list("responsible").annotate(Count("pk")))
    lasts = dict(Routed.objects.filter(person__in=there).order_by().values_list("person").annotate(Max("at")))
    chosen = pick(Candidate(number, number in there, loads.get(number, 0), lasts.get(number)) for number in found)
    return found[chosen] if chosen else None


def _watch(current: Thread, now: datetime, *, minutes: int | None = None) -> None:
    """From the client's first word on that nobody has answered; what runs already runs on, unless it goes to others."""
    if current.waits_since is None or (current.escalates_at is not None and minutes is None):
        return
    if minutes is None:
        minutes = Routed.objects.filter(thread=current).values_list("minutes", flat=True).first() or MINUTES
    Thread.objects.filter(pk=current.pk).update(escalates_at=_due(current, now, minutes))


def _due(current: Thread, now: datetime, minutes: int) -> datetime:
    department_id = _department_of(current)
    return due(_weeks(_able().filter(department_id=department_id)) if department_id else [], now, minutes)


def _department_of(current: Thread) -> int | None:
    return current.department_id or (current.responsible.department_id if current.responsible else None)


def escalate_due() -> int:
    """By the worker: each that nobody has answered in its time goes one step further, once."""
    with transaction.atomic():
        rows = Thread.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            escalates_at__lte=clock.now(), waits_since__isnull=False
        )
        found = list(rows.select_related("responsible").order_by("escalates_at", "pk")[:MOST])
        for current in found:
            _escalate(current, clock.now())
    return len(found)


def _escalate(current: Thread, now: datetime) -> None:
    """To the department, then to its head. Whoever has taken it up himself keeps it: the others only hear of it."""
    routed = Routed.objects.filter(thread=current).first()
    is_kept = current.responsible_id is not None and (routed is None or routed.person_id != current.responsible_id)
    department_id = _department_of(current)
    current.escalated += 1
    is_first = current.escalated == 1
    people = _colleagues(department_id, now) if is_first else _heads(department_id)
    if not is_kept:
        current.responsible = None if is_first else _first_there(people, now)
        if not is_first and routed:
            Routed.objects.filter(pk=routed.pk).update(person=current.responsible)
    current.department_id = department_id
    minutes = routed.minutes if routed else MINUTES
    current.escalates_at = _due(current, now, minutes) if is_first else None
    current.save(update_fields=["responsible", "department", "escalated", "escalates_at"])
    about, numbers = About("thread", current.pk, client_id=current.client_id), [one.pk for one in people]
    changes = {"escalated": (current.escalated - 1, current.escalated)}
    record("inbox.escalated", about, by=HOUSE, changes=changes, people=numbers)
    tell(numbers, "thread.escalated", by=HOUSE, client_id=current.client_id, data={"minutes": minutes})


def _colleagues(department_id: int | None, now: datetime) -> list[Person]:
    """Those who are there; without a department, the heads."""
    if department_id is None:
        return _heads(None)
    people = list(_able().filter(department_id=department_id))
    there = presence.at_work(now, people=[one.pk for one in people]) if people else set()
    return [one for one in people if one.pk in there]


def _heads(department_id: int | None) -> list[Person]:
    """Of the department; where it has none, all of them."""
    heads = list(Person.objects.working().filter(role__in=roles.based_on(Role.HEAD)).order_by("pk"))
    return [one for one in heads if one.department_id == department_id] or heads


def _first_there(people: Sequence[Person], now: datetime) -> Person | None:
    there = presence.at_work(now, people=[one.pk for one in people]) if people else set()
    return next((one for one in people if one.pk in there), people[0] if people else None)
