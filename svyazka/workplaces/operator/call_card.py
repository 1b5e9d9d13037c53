"""What stands on the card of a call: who it is, who looks after him, and what can be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls import commands, fold
from svyazka.business.calls.dialling import do_not_call, hours, on_a_call
from svyazka.business.calls.dialling.do_not_call import Forbidden
from svyazka.business.calls.dialling.on_a_call import Standing
from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call, PhoneCommand, PhoneLine
from svyazka.business.calls.on_the_phone import ask_phones_at
from svyazka.business.calls.phone_system import At, Do
from svyazka.business.calls.summary import Summary, Transfer
from svyazka.business.calls.whose_phone import PhoneKey, ask_colleague, names_in, rung_by
from svyazka.business.clients import history
from svyazka.business.clients.identify import Contact, ask_by_contact
from svyazka.business.clients.models import Client, Interaction, Source
from svyazka.business.deals.handing import looked_after
from svyazka.business.deals.handing.looked_after import Known, LookedAfter
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones, rows, words
from svyazka.kit.asking import Asking, answered, nothing, together
from svyazka.workplaces.operator import call_people
from svyazka.workplaces.shared import timeline
from svyazka.workplaces.shared.short import Short

LATEST, MOST_DEALS = 5, 3
# How the call stands for the person who looks at the card: where it goes away by itself.
LEAVING = ("taken", "passed_on")
OVER = ("finished", "missed", "unreached")
State = PhoneCommand.State
_DOING = {
    Do.TRANSFER: gettext_lazy("Transferring to {who}…"),
    Do.CONSULT: gettext_lazy("Ringing {who}; the client listens to music…"),
    Do.CONNECT: gettext_lazy("Connecting the client with {who}…"),
    Do.COME_BACK: gettext_lazy("Taking the client back…"),
    Do.HANG_UP: gettext_lazy("Hanging up…"),
}
_NOT_DONE = {
    Do.TRANSFER: gettext_lazy("Not transferred to {who}."),
    Do.CONSULT: gettext_lazy("{who} could not be asked."),
    Do.CONNECT: gettext_lazy("Not connected with {who}."),
    Do.COME_BACK: gettext_lazy("The client could not be taken back."),
    Do.HANG_UP: gettext_lazy("Not hung up."),
}


@dataclass(frozen=True)
class Asked:
    """What became of the last command, in words."""

    id: str
    do: str
    to: str  # id of the colleague
    is_under_way: bool
    said: str
    why: str


def facts(person: Person, call: Call) -> dict[str, Any]:
    """All but the form. A dozen statements in three journeys, however many deals and people there are."""
    now, short = summary_of(call), Short()
    moment = moment_of(person, call, now)
    (client, caller), standing, line = answered(
        together(_ask_who(call), on_a_call.ask_standing(call, person), _ask_line(call))
    )
    known = answered(_ask_known(call, client))
    after, forbidden = known.after, known.forbidden
    deals = _deals(after.deals, call, short)
    groups = call_people.of_desks(after.desks, call, person, short, known.phones) if client else []
    passed = _passed(person, call, now) if moment == "finished" else None
    return {
        "call": call,
        "number": str(call.pk),
        "client_number": str(client.pk) if client else "",
        "moment": moment,
        "outgoing": call.direction == "out",
        "is_held": now.is_held,
        "client": client,
        "caller": caller,
        "line": line,
        "there": _there(call, client, short) if not caller else "",
        "deals": deals,
        "script": _script(deals, call) if call.direction == "out" and moment not in OVER else "",
        "groups": groups,
        "has_keys": any(row.key for group in groups for row in group.rows),
        "latest": timeline.lines([one for one in known.latest if one.pk != call.interaction_id][:LATEST]),
        "colleague": colleague_of(call, moment),
        "passed_to": _passed_to(call, passed) if passed else "",
        "is_awaited": bool(passed and call.state != Call.State.ENDED and not (passed.taken_by or passed.is_missed)),
        "dialled": str(standing.dial.pk) if standing.dial else "",
        "spoken": timeline.duration(call.talk_seconds) if call.talk_seconds else "",
        "forbidden": forbidden,
        **_doing(standing, call, moment),
    }


def _ask_who(call: Call) -> Asking[tuple[Client | None, Person | None]]:
    """The client, or a colleague. In the first second of a call nothing is known of it but that it rings."""
    if call.client_id:
        found = yield from rows.asked(Client, "where id = %s", [call.client_id])
        return (found[0], None) if found else (None, None)
    rings = call.state == Call.State.RINGING and call.direction == "in" and call.client_number.startswith("+")
    caller, client = yield from together(
        ask_colleague(call.client_number),
        ask_by_contact(Contact("phone", call.client_number)) if rings else nothing(None),
    )
    return (None, caller) if caller else (client, None)


@dataclass(frozen=True)
class _Known:
    """What is known of the client, if he is."""

    after: LookedAfter
    phones: Mapping[PhoneKey, At]
    forbidden: list[Forbidden]
    latest: list[Interaction]  # this call among them


def _ask_known(call: Call, client: Client | None) -> Asking[_Known]:
    if client is None:
        found = yield from do_not_call.ask_of_numbers([call.client_number])
        return _Known(LookedAfter([], []), {}, _own_first(found, call), [])
    (after, phones), found, latest = yield from together(
        _ask_after(client.pk),
        do_not_call.ask_of_client(client.pk),
        history.ask_latest(client.pk, most=LATEST + 1),
    )
    return _Known(after, phones, _own_first(found, call), latest)


def _ask_after(client_id: int) -> Asking[tuple[LookedAfter, Mapping[PhoneKey, At]]]:
    after = yield from looked_after.ask_of_client(client_id)
    phones, _none = yield from together(
        ask_phones_at(call_people.phones_of(after.desks)), looked_after.ask_presence(after)
    )
    return after, phones


def _own_first(found: Mapping[str, Forbidden], call: Call) -> list[Forbidden]:
    return sorted(found.values(), key=lambda one: one.number != call.client_number)


def doing(person: Person, call: Call) -> dict[str, Any]:
    """What can be done with the call, for a part of the card that is drawn by itself."""
    number = {"call": call, "number": str(call.pk)}
    standing = on_a_call.standing(call, person)
    moment = moment_of(person, call, summary_of(call))
    return {**number, "moment": moment, **_doing(standing, call, moment)}


def moment_of(person: Person, call: Call, now: Summary) -> str:
    """`ringing`, `calling` (we ring him), `talking`, `finished`, `missed`, `unreached`; `taken`: a colleague answered;
    `asked`: he has lifted for a colleague who asks him first; `passed_on`: it rings elsewhere."""
    if person.is_on(call.pbx_code) and person.extension in now.rings:
        return "ringing"
    if call.answered_by_id:
        return _moment_of_talk(person, call, now)
    if call.direction == "out":
        return "unreached" if call.state == Call.State.ENDED else "calling"
    if call.state == Call.State.ENDED:
        return "missed" if call.result != Call.Result.ANSWERED else "finished"
    if call.state == Call.State.TALKING:
        return "talking"
    return "passed_on" if _concerns(person, call) and person.extension in now.rang else "ringing"


def _moment_of_talk(person: Person, call: Call, now: Summary) -> str:
    """Somebody has answered. Whoever got the client from a colleague speaks with him as if he had been the first."""
    if _concerns(person, call):
        own = [talk for talk in now.talks if talk.extension == person.extension]
        leg = on_a_call.own_leg(call, person)
        if not own and call.answered_by_id != person.pk:
            if leg and leg.answered_at and _is_asked(call, now):
                return "asked"
            return "missed" if call.result == Call.Result.LEFT and person.extension in now.rang else "taken"
        # Whoever asks a colleague first has left the client for a moment only.
        if own and own[-1].end is not None and (leg is None or leg.passed_on):
            return "finished"
    return "talking" if call.state == Call.State.TALKING else "finished"


def _is_asked(call: Call, now: Summary) -> bool:
    """Whoever spoke with the client last keeps him: he has not passed him on."""
    last = now.talks[-1].extension if now.talks else ""
    legs = [fold.from_json(leg) for leg in call.legs if leg["extension"] == last]
    return any(not (leg.ended_at or leg.passed_on) for leg in legs)


def _concerns(person: Person, call: Call) -> bool:
    return person.is_on(call.pbx_code) and person.extension in {leg["extension"] for leg in call.legs}


def colleague_of(call: Call, moment: str) -> str:
    """Who has the call now, or whose phone it rings on."""
    if moment == "passed_on":
        rings = summary_of(call).rings
        return next(iter(names_in(call, rings).values()), "") if rings else ""
    if moment not in ("taken", "asked") or not call.answered_by_id:
        return ""
    return Person.objects.filter(pk=call.answered_by_id).values_list("full_name", flat=True).first() or ""


def _passed(person: Person, call: Call, now: Summary) -> Transfer | None:
    """The client was passed on by this person last."""
    last = now.transfers[-1] if now.transfers else None
    return last if last and last.by == person.extension and person.is_on(call.pbx_code) else None


def _passed_to(call: Call, last: Transfer) -> str:
    """What became of the client."""
    name = names_in(call, (), dialled=[last.to]).get(last.to, last.to)
    if last.is_missed:
        return _("Passed on to {who}: nobody answered").format(who=name)
    said = _("{who} has taken the client") if last.taken_by else _("Passed on to {who}: it is ringing")
    return said.format(who=name)


def _ask_line(call: Call) -> Asking[PhoneLine | None]:
    for line, source in (yield from rows.asked_joined(_LINE, [call.our_number], PhoneLine, Source)):
        line.source = source
        return line  # type: ignore[no-any-return]
    return None


_LINE = f"""
select {rows.columns(PhoneLine, Source)} from calls_phoneline
left join clients_source on clients_source.id = source_id where number = %s
"""  # noqa: S608  # of our own models' names only


def _there(call: Call, client: Client | None, short: Short) -> str:
    """The region of the number and what time it is there, where that is not our own."""
    number = call.client_number
    if not number.startswith("+"):
        return ""
    region = hours.region_of(number, client.address if client else "")
    there = short.now.astimezone(region.zone) if region else phones.local_time(number, short.now)
    is_elsewhere = there is not None and there.utcoffset() != clock.local(short.now).utcoffset()
    hour = _("{time} there").format(time=f"{there:%H:%M}") if there and is_elsewhere else ""
    return " · ".join(filter(None, [words.here(region.words) if region else _country(number), hour]))


def _country(number: str) -> str:
    country = phones.country_of(number)
    if country == phones.HOME_REGION:
        return _("mobile, Russia") if phones.is_mobile(number) else _("Russia")
    return _("from abroad ({country})").format(country=country) if country else ""


def _deals(known: list[Known], call: Call, short: Short) -> list[dict[str, str]]:
    """The one that the call is about first."""
    first = sorted(known, key=lambda deal: deal.id != call.deal_id)[:MOST_DEALS]
    return [
        {
            "id": str(deal.id),
            "stage": deal.stage,
            "colour": deal.colour,
            "step": deal.step,
            "when": short.moment(deal.step_at) if deal.step_at else "",
            "is_late": "1" if deal.step_at and deal.step_at < short.now else "",
            "instruction": deal.instruction,
        }
        for deal in first
    ]


def _script(deals: list[dict[str, str]], call: Call) -> str:
    return next((deal["instruction"] for deal in deals if deal["id"] == str(call.deal_id)), "")


def _doing(standing: Standing, call: Call, moment: str) -> dict[str, Any]:
    """What is offered. What the telephone system cannot be asked for is left out, with a word why."""
    has_it = moment in ("ringing", "talking", "calling")
    can = standing.can if has_it and standing.has_it else frozenset()
    talks = moment == "talking"
    asks = standing.asks
    return {
        "click": uuid4().hex[:12],  # so that a click sent twice is one
        "asked": (asked := _asked(standing)),
        "asks": names_in(call, (), dialled=[asks.number]).get(asks.number, asks.number) if asks else "",
        "busy": bool(asked and asked.is_under_way),
        "has_link": standing.has_link,
        "may_transfer": Do.TRANSFER in can and moment in ("ringing", "talking") and not asks,
        "may_consult": Do.CONSULT in can and talks and not asks,
        "may_connect": Do.CONNECT in can and bool(asks),
        "may_come_back": Do.COME_BACK in can and bool(asks),
        "may_hang_up": Do.HANG_UP in can and not asks,
        "why_not": _why_not(standing, moment) if has_it and standing.has_it else "",
    }


def _why_not(standing: Standing, moment: str) -> str:
    if not standing.has_link:
        return str(commands.TROUBLES["no_link"])
    if Do.TRANSFER not in standing.can:
        return _("This PBX cannot transfer a call from the screen: do it on the telephone.")
    if moment == "ringing":
        return _("Once the phone is lifted, one click passes the client on.")
    return "" if Do.CONSULT in standing.can else _("This PBX cannot ask a colleague first from the screen.")


def _asked(standing: Standing) -> Asked | None:
    last = standing.last
    if last is None or last.state == State.DONE:
        return None
    do = Do(last.do)
    rung = PhoneKey(last.pbx_code, last.number)
    number, who = rung_by([rung]).get(rung, (0, last.number))
    said = _DOING[do] if standing.is_under_way else _NOT_DONE[do]
    why = "" if standing.is_under_way else commands.trouble_of(last)
    return Asked(str(last.pk), last.do, str(number) if number else "", standing.is_under_way, said.format(who=who), why)
