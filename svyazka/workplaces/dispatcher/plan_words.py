"""A proposal in words: before and after, each change with its reason, and why somebody is in nobody's day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import (
    Proposal,
    ProposalGets,
    ProposalGroup,
    ProposalMove,
    Resource,
    Visit,
    Waiting,
)
from svyazka.business.visits.planning import taking
from svyazka.business.visits.planning.reading import told_of
from svyazka.business.visits.planning.troubles import STAYS, TROUBLES
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import not_placed
from svyazka.workplaces.shared.short import Short

State = ProposalGroup.State
_STATES: Mapping[str, Promise] = {
    Proposal.State.WAITING: gettext_lazy("waits for its turn"),
    Proposal.State.WORKING: gettext_lazy("is being made"),
    Proposal.State.READY: gettext_lazy("ready"),
    Proposal.State.NOTHING: gettext_lazy("nothing to improve"),
    Proposal.State.FAILED: gettext_lazy("not made"),
    Proposal.State.STOPPED: gettext_lazy("stopped"),
}
_TONES = {Proposal.State.READY: "good", Proposal.State.FAILED: "bad"}


@dataclass(frozen=True)
class MoveShown:
    said: str
    client: str
    promise: str
    url: str
    is_changed: bool  # by somebody, since the plan was made


@dataclass(frozen=True)
class GetsShown:
    """Somebody who waits for a window gets a time."""

    said: str
    client: str
    more: str  # how he is told, and what came of it
    url: str
    is_gone: bool  # he does not wait any more


@dataclass(frozen=True)
class GroupShown:
    number: int
    gain: str
    is_better: bool
    moves: Sequence[MoveShown]
    gets: Sequence[GetsShown]
    state: str
    note: str
    done: str  # taken over by whom and when
    is_changed: bool


def row(proposal: Any) -> dict[str, Any]:
    """For the list: with how many groups, how many of them taken, and what all would save."""
    short = Short()
    return {
        "pk": proposal.pk,
        "days": days_of(proposal, short),
        "who": proposal.asked_by.full_name if proposal.asked_by else _("By night, by itself"),
        "when": short.moment(proposal.asked_at),
        "state": _STATES[proposal.state],
        "tone": _TONES.get(proposal.state, ""),
        "gain": gain(proposal.saved) if proposal.saved else "",
        "taken": _("taken over: {taken} of {number}").format(taken=proposal.taken, number=proposal.number)
        if proposal.taken
        else "",
    }


def shown(proposal: Proposal) -> dict[str, Any]:
    """All that its page shows. A dozen statements, however many groups there are."""
    short = Short()
    context: dict[str, Any] = {
        "plan": proposal,
        "days": days_of(proposal, short),
        "who": proposal.asked_by.full_name if proposal.asked_by else "",
        "percent": round(proposal.share * 100),
    }
    if proposal.is_at_work:
        return context
    changed = taking.changed_since(proposal) if proposal.state == Proposal.State.READY else set()
    gone = taking.waits_no_more(proposal) if proposal.state == Proposal.State.READY else set()
    groups = _groups(proposal, changed, gone, short)
    return {
        **context,
        "trouble": TROUBLES.get(proposal.trouble, ""),
        "groups": groups,
        "open": sum(1 for one in groups if one.state == State.OPEN),
        "taken": sum(1 for one in groups if one.state == State.TAKEN),
        "is_old": taking.is_out_of_date(proposal, changed),
        "figures": _figures(proposal.figures),
        "late": proposal.figures.get("after", {}).get("late", 0),
        "loads": _loads(proposal.figures.get("loads", ())),
        "unplaced": not_placed.shown(proposal, short),
        "stays": [(STAYS[why], number) for why, number in sorted(proposal.stays.items()) if why in STAYS],
    }


def days_of(proposal: Proposal, short: Short) -> str:
    return " – ".join(dict.fromkeys(short.day(day) for day in (proposal.first_day, proposal.last_day)))


def gain(seconds: int) -> str:
    if abs(seconds) < 60:
        return _("the way is as long as before")
    words = _("{time} less on the way") if seconds > 0 else _("{time} more on the way")
    return words.format(time=length(abs(seconds)))


def length(seconds: int) -> str:
    """`35 min`, `2 h`, `2 h 5 min`."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    if not minutes:
        return _("{hours} h").format(hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=minutes)


def _groups(proposal: Proposal, changed: Collection[int], gone: Collection[int], short: Short) -> list[GroupShown]:
    moves = ("moves__visit__client", "moves__visit__kind", "moves__was_resource", "moves__now_resource", "by")
    related = (*moves, "gets__waiting__client", "gets__waiting__kind", "gets__resource", "gets__offer")
    groups = proposal.groups.prefetch_related(*related)
    return [_group(one, proposal, changed, gone, short) for one in groups]


def _group(
    group: ProposalGroup, proposal: Proposal, changed: Collection[int], gone: Collection[int], short: Short
) -> GroupShown:
    several = proposal.first_day != proposal.last_day
    moves = [_move(one, changed, short, with_day=several) for one in group.moves.all()]
    gets = [_gets(one, gone, short, with_day=several) for one in group.gets.all()]
    return GroupShown(
        number=group.number,
        gain=_gain_of(group),
        is_better=group.saved >= 60 or group.places > 0 or bool(gets),
        moves=moves,
        gets=gets,
        state=group.state,
        note=group.note,
        done=_done(group, short),
        is_changed=group.state == State.OPEN
        and any([*(one.is_changed for one in moves), *(one.is_gone for one in gets)]),
    )


def _gain_of(group: ProposalGroup) -> str:
    placed = ngettext("{count} visit more is reached", "{count} visits more are reached", group.places).format(
        count=group.places
    )
    said, number = gain(group.saved), len(group.gets.all())
    if number:
        waited = ngettext("{count} who waits gets a time", "{count} who wait get a time", number).format(count=number)
        return ", ".join([waited, *([placed] if group.places else []), said])
    if group.places:
        return f"{placed}, {said}"
    return said if abs(group.saved) >= 60 else _("a day that did not hold holds now")


def _done(group: ProposalGroup, short: Short) -> str:
    if group.state == State.OPEN or group.at is None:
        return ""
    words = _("taken over by {who}, {when}") if group.state == State.TAKEN else _("undone by {who}, {when}")
    return words.format(who=group.by.full_name if group.by else "—", when=short.moment(group.at))


def _move(one: ProposalMove, changed: Collection[int], short: Short, *, with_day: bool) -> MoveShown:
    return MoveShown(
        said=_said(one, short.day(clock.local(one.now_at).date()) if with_day else ""),
        client=one.visit.client.name,
        promise=_promise(one.visit),
        url=f"/visits/{one.visit_id}/",
        is_changed=one.visit_id in changed,
    )


def _said(one: ProposalMove, day: str) -> str:
    was, now = (f"{clock.local(at):%H:%M}" for at in (one.was_at, one.now_at))
    if not one.was_possible:
        words = _("{who} comes to {where} at {time}: so far nobody can")
    elif one.was_resource_id == one.now_resource_id:
        words = _("{who} comes to {where} at {time} instead of {before_time}")
    elif one.was_at == one.now_at:
        words = _("{who} takes {where} at {time} instead of {before}")
    else:
        words = _("{who} takes {where} at {time} instead of {before} at {before_time}")
    said = words.format(
        who=one.now_resource.name,
        where=street_of(one.visit.address),
        time=now,
        before=one.was_resource.name,
        before_time=was,
    )
    return f"{day}: {said}" if day else said


def _gets(one: ProposalGets, gone: Collection[int], short: Short, *, with_day: bool) -> GetsShown:
    waits = one.waiting
    at = f"{clock.local(one.starts_at):%H:%M}"
    if with_day:
        at = f"{short.day(clock.local(one.starts_at).date())}, {at}"
    words = _("Gets a time: {where}, {at}, {who}")
    return GetsShown(
        said=words.format(where=street_of(waits.address), at=at, who=one.resource.name),
        client=f"{waits.client.name} · {waits.kind}",
        more=_offered(one),
        url=reverse("waiting_entry", args=[waits.pk]) if waits.state == Waiting.State.OPEN else "",
        is_gone=waits.pk in gone,
    )


def _offered(one: ProposalGets) -> str:
    """He has agreed to nothing yet."""
    if one.offer:
        return one.offer.get_state_display()
    if one.waiting.told_by == Waiting.ToldBy.MESSAGE:
        return _("taken over, it is kept for him, and he is written to")
    return _("taken over, somebody rings and offers it to him")


def _promise(visit: Visit) -> str:
    """What the client was told, which holds: nothing else is ever proposed."""
    times = dict.fromkeys(f"{clock.local(moment):%H:%M}" for moment in told_of(visit))
    return _("told {time}, it stays so").format(time="–".join(times))


def _figures(given: Mapping[str, Any]) -> list[dict[str, Any]]:
    if not given:
        return []
    before, after = given["before"], given["after"]
    rows: list[tuple[str, Callable[[int], str], str]] = [
        (_("On the way"), length, "travel"),
        (_("Kilometres, about"), _km, "metres"),
        (_("Late or over time"), str, "late"),
        (_("In nobody's day"), str, "unserved"),
        *([(_("Wait for a window"), str, "waiting")] if before.get("waiting") else []),
    ]
    return [
        {
            "name": name,
            "before": say(before[key]),
            "after": say(after[key]),
            "tone": "good" if after[key] < before[key] else "bad" if after[key] > before[key] else "",
        }
        for name, say, key in rows
    ]


def _km(metres: int) -> str:
    return f"{round(metres / 1000):,}".replace(",", "\u00a0")


def _loads(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Those who have anything to do, before or after."""
    names = dict(Resource.objects.filter(pk__in=[one["resource"] for one in given]).values_list("pk", "name"))
    return [
        {
            "name": names.get(one["resource"], "—"),
            "pairs": [
                _pair(str(one["was"][0]), str(one["now"][0])),
                _pair(length(one["was"][2]), length(one["now"][2])),
                _pair(_share(one, "was"), _share(one, "now")),
            ],
        }
        for one in given
        if one["was"][0] or one["now"][0]
    ]


def _pair(before: str, after: str) -> tuple[str, str]:
    """The first is empty where nothing changes."""
    return ("" if before == after else before), after


def _share(one: Mapping[str, Any], which: str) -> str:
    """Of the working hours that nothing else takes."""
    _visits, work, way = one[which]
    share = round(100 * (work + way) / one["shift"]) if one["shift"] else 0
    return f"{share}\u00a0%"
