"""What has changed is told: gathered for a while, each of those who go there once, and not in his quiet hours unless
the visit begins before they end. By the worker, never in a request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from svyazka.business.journal.record import Automaton
from svyazka.business.notices import outbox, wishes
from svyazka.business.notices.models import Notice
from svyazka.business.notices.quiet import Quiet
from svyazka.business.notices.tell import Word, tell_all
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Asked, Booking, RoadNews, Visit, VisitMove
from svyazka.business.visits.road.compare import Changed, Now, compare
from svyazka.kit import clock
from svyazka.kit.streets import street_of

HOUSE = Automaton("Visits")
AT_ONCE = 200
MANY = 4  # so many visits of one person become one notice
KEPT = timedelta(days=30)
# Whether it could be sent is known by then.
LOOKED_AT = timedelta(seconds=30)
OVER = (Visit.Status.STARTED, Visit.Status.DONE, Visit.Status.NOT_DONE)
State, Way = RoadNews.State, RoadNews.Way


@dataclass(frozen=True)
class Due:
    row: RoadNews
    changed: Changed


@transaction.atomic
def send_due() -> int:
    """One batch; how many it was. Its rows are held until all of it is written down: nobody is told twice."""
    rows = _claim()
    if not rows:
        return 0
    quiet = wishes.quiet_of({row.person_id for row in rows})
    loud = [row for row in rows if not _waits(row, quiet.get(row.person_id))]
    now = _as_they_are(loud)
    due = [Due(row, changed) for row in loud if (changed := compare(row.was, now[row.visit_id, row.person_id]))]
    due = [one for one in due if one.row.visit.status not in OVER]
    RoadNews.objects.filter(pk__in={row.pk for row in loud} - {one.row.pk for one in due}).update(
        state=State.MOOT, try_at=None
    )
    _tell(due)
    return len(rows)


def _claim() -> list[RoadNews]:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [clock.now(), AT_ONCE])
        ids = [pk for (pk,) in cursor.fetchall()]
    rows = RoadNews.objects.select_related("visit__kind", "visit__resource").filter(pk__in=ids)
    return list(rows.order_by("pk")) if ids else []


_CLAIM = """
select id from visits_roadnews where state = 'gathered' and try_at <= %s order by try_at limit %s
for update skip locked
"""


def first_moment(row: RoadNews) -> datetime | None:
    """What he would do next, as far as he knows or as it is now; None: that has gone by."""
    now = clock.now()
    times = (datetime.fromisoformat(row.was["at"]), row.visit.starts_at)
    return min((one for one in times if one > now), default=None)


def _waits(row: RoadNews, quiet: Quiet | None) -> bool:
    now = clock.now()
    over_at = quiet.over_at(now) if quiet else now
    begins = first_moment(row)
    if over_at == now or begins is None or begins < over_at:
        return False
    RoadNews.objects.filter(pk=row.pk).update(try_at=over_at)
    return True


def _as_they_are(rows: Sequence[RoadNews]) -> dict[tuple[int, int], Now]:
    """In a handful of statements, however many they are."""
    visits = {row.visit_id: row.visit for row in rows}
    people = _people(visits)
    known = {one for there in people.values() for one in there} | {one for row in rows for one in row.was["team"]}
    names = dict(Person.objects.filter(pk__in=known).values_list("pk", "full_name"))
    asked = _asked_by_client(rows)
    return {
        (row.visit_id, row.person_id): Now(
            person=row.person_id,
            starts_at=row.visit.starts_at,
            address=row.visit.address,
            is_off=row.visit.is_off,
            is_confirmed=row.visit.confirmed_at is not None,
            people=people[row.visit_id],
            names=names,
            by_client=row.visit_id in asked,
        )
        for row in rows
    }


def _people(visits: Mapping[int, Visit]) -> dict[int, set[int]]:
    found = {pk: {visit.resource.person_id} - {None} for pk, visit in visits.items()}
    booked = Booking.objects.filter(visit__in=visits, resource__person__isnull=False)
    for visit_id, person in booked.values_list("visit_id", "resource__person_id"):
        found[visit_id].add(person)
    return found  # type: ignore[return-value]  # None is taken out


def _asked_by_client(rows: Sequence[RoadNews]) -> set[int]:
    since = min((row.at for row in rows), default=clock.now()) - timedelta(seconds=1)
    moves = VisitMove.objects.filter(visit__in={row.visit_id for row in rows}, at__gte=since).order_by("at", "pk")
    return {visit for visit, asked in dict(moves.values_list("visit_id", "asked")).items() if asked == Asked.CLIENT}


def _tell(due: Sequence[Due]) -> None:
    of_person: dict[int, list[Due]] = defaultdict(list)
    for one in due:
        of_person[one.row.person_id].append(one)
    lots = [lot for mine in of_person.values() for lot in _lots(mine)]
    by_kind: dict[str, list[list[Due]]] = defaultdict(list)
    for lot in lots:
        by_kind["road.many" if len(lot) > 1 else f"road.{lot[0].changed.kind}"].append(lot)
    for kind, of_kind in by_kind.items():
        _write_down(kind, of_kind)


def _lots(mine: list[Due]) -> list[list[Due]]:
    return [mine] if len(mine) >= MANY else [[one] for one in mine]


def _write_down(kind: str, lots: list[list[Due]]) -> None:
    told = tell_all(kind, [_word(lot) for lot in lots], one_way=True)
    in_chats = outbox.waiting(notice.pk for notice in told)
    known = {(notice.person_id, notice.data["rows"][0]): notice for notice in told}
    now = clock.now()
    for lot in lots:
        notice = known.get((lot[0].row.person_id, lot[0].row.pk))
        _close(lot, notice, _way_of(notice, in_chats), now)


def _way_of(notice: Notice | None, in_chats: set[int]) -> RoadNews.Way:
    if notice and notice.try_at:
        return Way.DEVICE
    return Way.CHAT if notice and notice.pk in in_chats else Way.PAGE


def _close(lot: list[Due], notice: Notice | None, way: RoadNews.Way, now: datetime) -> None:
    """What he was told before of the same visit need not be followed any more."""
    rows = [one.row for one in lot]
    visits = [row.visit_id for row in rows]
    older = RoadNews.objects.filter(state=State.TOLD, person=rows[0].person_id, visit__in=visits)
    older.filter(task=None).update(try_at=None)
    RoadNews.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.TOLD, way=way, told_at=now, try_at=now + LOOKED_AT if notice else None, notice=notice
    )


def _word(lot: list[Due]) -> Word:
    """Ids and words of the company: what of it a locked screen says is the pages' business."""
    first = min(lot, key=lambda one: one.row.visit.starts_at).row
    visit = first.visit
    rows = [one.row.pk for one in lot]
    day = clock.local(visit.starts_at).date().isoformat()
    if len(lot) > 1:
        return Word([first.person_id], HOUSE, data={"count": len(lot), "day": day, "rows": rows})
    data: dict[str, Any] = {
        "kind": visit.kind.words,
        "visit": visit.pk,
        "visit_at": visit.starts_at.isoformat(),
        "was_at": first.was["at"],
        "street": street_of(visit.address),
        "changes": [list(one) for one in lot[0].changed.what],
        "day": day,
        "rows": rows,
    }
    return Word([first.person_id], HOUSE, deal_id=visit.deal_id, client_id=visit.client_id, data=data)


def forget_old() -> None:
    RoadNews.objects.filter(at__lt=clock.now() - KEPT).delete()
