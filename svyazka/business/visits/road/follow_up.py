"""Whether what was told has been seen. What did not arrive, or is not opened though the visit begins soon, goes another
way: by the messenger that the person has linked, and else a colleague rings him."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from svyazka.business.deals.held import hold
from svyazka.business.deals.work import tasks
from svyazka.business.notices import outbox
from svyazka.business.notices.models import Notice, SentBy
from svyazka.business.staff.models import Person
from svyazka.business.visits import orphans
from svyazka.business.visits.models import RoadNews, RoadRules
from svyazka.business.visits.road.rules import rules
from svyazka.business.visits.road.sending import HOUSE, Way, first_moment
from svyazka.kit import clock
from svyazka.kit.texts import within

AT_ONCE = 50
AGAIN = timedelta(minutes=5)  # whether whoever was to be rung has read it meanwhile
RUNG_WITHIN = timedelta(minutes=15)


def follow_up() -> int:
    """One batch; how many it was."""
    kept, ids = rules(), _due()
    for pk in ids:
        _look(pk, kept)
    return len(ids)


def _due() -> list[int]:
    rows = RoadNews.objects.filter(state=RoadNews.State.TOLD, try_at__lte=clock.now()).order_by("try_at")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _look(pk: int, kept: RoadRules) -> None:
    """Whoever changes a visit holds its deal first; so do we."""
    deal_id = RoadNews.objects.filter(pk=pk).values_list("visit__deal_id", flat=True).first()
    if deal_id is None:
        return
    hold(deal_id)
    row = _held(pk)
    if row is None:
        return
    notice = row.notice
    begins = first_moment(row)
    if notice is None or notice.read_at or begins is None:
        _is_over(row)
    else:
        _go_on(row, notice, begins, kept)


def _held(pk: int) -> RoadNews | None:
    """None: another worker has looked at it meanwhile."""
    related = ("visit__deal", "visit__kind", "visit__resource__person", "notice", "task", "person")
    rows = RoadNews.objects.select_for_update(of=("self",), skip_locked=True).select_related(*related)
    return rows.filter(pk=pk, try_at__lte=clock.now()).first()


def _go_on(row: RoadNews, notice: Notice, begins: datetime, kept: RoadRules) -> None:
    now = clock.now()
    is_soon = begins < now + timedelta(hours=kept.soon_hours)
    patience = now - timedelta(minutes=kept.seen_minutes)
    waited = row.told_at is not None and row.told_at <= patience
    if row.way == Way.CALL:
        _later(row, now + AGAIN)
    elif row.way != Way.PAGE and _arrived(row, notice) and not (is_soon and waited):
        soon_at = begins - timedelta(hours=kept.soon_hours)
        seen_by = (row.told_at or now) + timedelta(minutes=kept.seen_minutes)
        _later(row, max(seen_by, soon_at, now + timedelta(seconds=5)))
    elif row.way != Way.PAGE and _is_on_its_way(row, notice) and not waited:
        _later(row, now + AGAIN / 10)
    elif row.way == Way.DEVICE and _by_chat(row, notice, kept):
        pass
    elif is_soon:
        _by_call(row, begins)
    else:
        _only_in_the_app(row, begins - timedelta(hours=kept.soon_hours))


def _arrived(row: RoadNews, notice: Notice) -> bool:
    return notice.sent_by == (SentBy.DEVICE if row.way == Way.DEVICE else SentBy.CHAT)


def _is_on_its_way(row: RoadNews, notice: Notice) -> bool:
    if row.way == Way.DEVICE:
        return notice.try_at is not None
    return notice.pk in outbox.waiting([notice.pk])


def _by_chat(row: RoadNews, notice: Notice, kept: RoadRules) -> bool:
    """False: he has linked none."""
    now = clock.now()
    outbox.put({notice.pk: now})
    if notice.pk not in outbox.waiting([notice.pk]):
        return False
    row.way, row.told_at, row.try_at = Way.CHAT, now, now + timedelta(seconds=30)
    row.save(update_fields=["way", "told_at", "try_at"])
    return True


def _by_call(row: RoadNews, begins: datetime) -> None:
    """Whoever plans the days of his department; where there is nobody, whoever looks after the deal."""
    now = clock.now()
    planner: Person | None = orphans.planners(row.visit.resource).order_by("pk").first()
    row.task = tasks.plan(row.visit.deal, _what(row), due_at=min(now + RUNG_WITHIN, begins), person=planner, by=HOUSE)
    row.way, row.told_at, row.try_at = Way.CALL, now, now + AGAIN
    row.save(update_fields=["task", "way", "told_at", "try_at"])


def _what(row: RoadNews) -> str:
    visit = row.visit
    with translation.override(settings.LANGUAGE_CODE):
        said = gettext("Ring {name}, who has not seen it: {kind}, {when} has changed")
        when = f"{clock.local(visit.starts_at):%d.%m %H:%M}"
        return within(said.format(name=row.person.full_name, kind=visit.kind.name, when=when), 200)


def _only_in_the_app(row: RoadNews, soon_at: datetime) -> None:
    row.way = Way.PAGE
    row.try_at = soon_at
    row.save(update_fields=["way", "try_at"])


def _later(row: RoadNews, at: datetime) -> None:
    RoadNews.objects.filter(pk=row.pk).update(try_at=at)


def _is_over(row: RoadNews) -> None:
    """Nobody need ring any more who has read it himself."""
    if row.task and row.notice and row.notice.read_at:
        tasks.fall_away(row.task, by=HOUSE)
    RoadNews.objects.filter(pk=row.pk).update(try_at=None)
