"""A number is rung for somebody: by the phone on his desk, or by the browser that he speaks through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls import commands
from svyazka.business.calls.dialling import do_not_call, hours, on_a_call
from svyazka.business.calls.dialling.do_not_call import Forbidden
from svyazka.business.calls.dialling.hours import There
from svyazka.business.calls.follow import begun_by
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.whose_phone import PhoneKey, staff_at
from svyazka.business.journal.record import About, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

State = PhoneCommand.State
SOON = timedelta(minutes=2)  # within which a call that was begun elsewhere is known for what it is


class NotToBeCalled(Refused):
    """The number is not rung. Head and administrator may all the same, with a reason."""

    def __init__(self, forbidden: Forbidden) -> None:
        super().__init__(format_lazy(_("This number is not to be rung: {why}."), why=forbidden.why))
        self.forbidden = forbidden


class OddHour(Refused):
    """It is early, or late, where the client is. The second click, with `anyway`, rings all the same."""

    def __init__(self, there: There) -> None:
        time, place = f"{there.at:%H:%M}", there.place
        words = _("It is {time} there now ({place}).") if place else _("It is {time} now.")
        super().__init__(format_lazy(words, time=time, place=place))
        self.there = there


def check(number: str, *, address: str = "", anyway: bool = False, reason: str = "", by: Person) -> str:
    """Whether it may be rung now, as E.164. `reason`: why all the same, though it is not to be rung."""
    number = do_not_call.number_in(number)
    forbidden = do_not_call.of_numbers([number]).get(number)
    if forbidden and not (reason.strip() and roles.may(by, "calls.override")):
        raise NotToBeCalled(forbidden)
    there = hours.there(number, address=address, moment=clock.now())
    if there.is_late and not anyway:
        raise OddHour(there)
    if forbidden:
        about = About("do_not_call", 0)
        changes = {"number": (None, number)}
        record("calls.rung_all_the_same", about, by=by, changes=changes, note=reason.strip()[:200])
    return number


def can_ring_desk(person: Person) -> bool:
    """Whether his phone can be made to ring for a call out."""
    return Do.DIAL in commands.can(commands.pbx_of(person))


def from_desk(number: str, *, deal_id: int | None = None, click: str, by: Person) -> PhoneCommand:
    """The desk phone rings first; when it is lifted, the number is rung. `number`: what `check` gave."""
    return commands.ask(Do.DIAL, by=by, click=click, number=number, deal_id=deal_id)


@transaction.atomic
def from_elsewhere(number: str, *, deal_id: int | None = None, click: str, by: Person) -> None:
    """The browser dials by itself. What the call is about stays known for when the telephone system tells of it."""
    now = clock.now()
    known = {
        "pbx_code": "",
        "do": Do.DIAL,
        "person_id": by.pk,
        "extension": by.extension,
        "number": number,
        "deal_id": deal_id,
        "state": State.DONE,
        "asked_at": now,
        "until": now,
        "done_at": now,
    }
    PhoneCommand.objects.get_or_create(click=f"{by.pk}/{click}"[:64], defaults=known)


def clicks_of(calls: Sequence[Call]) -> dict[int, PhoneCommand]:
    """By the id of a call out, the click that it comes from; from now on the click knows its call. News of a call may
    come before it is known what the telephone system calls it: drivers name what they begin after the command."""
    if not calls:
        return {}
    people = staff_at(map(_began_on, calls))
    numbers = {call.pk: commands.number_in(call.key) for call in calls}
    named = Q(pbx_code__in={call.pbx_code for call in calls}) & (
        Q(call_key__in=[call.key for call in calls]) | Q(pk__in=[number for number in numbers.values() if number])
    )
    elsewhere = Q(pbx_code="", person_id__in=people.values(), asked_at__gte=min(map(_since, calls)))
    dials = list(PhoneCommand.objects.filter(named | elsewhere, do=Do.DIAL).order_by("-pk"))
    found = {}
    for call in calls:
        of_call = (one for one in dials if _is_of(one, call, numbers[call.pk], people.get(_began_on(call))))
        if click := next(of_call, None):
            found[call.pk] = click
            if click.call_id != call.pk:
                PhoneCommand.objects.filter(pk=click.pk).update(call_id=call.pk)
    return found


def _began_on(call: Call) -> PhoneKey:
    return PhoneKey(call.pbx_code, begun_by(call))


def _is_of(command: PhoneCommand, call: Call, number: int | None, person_id: int | None) -> bool:
    if command.pbx_code:
        return command.pbx_code == call.pbx_code and (command.call_key == call.key or command.pk == number)
    is_same = (command.person_id, command.number) == (person_id, call.client_number)
    return is_same and command.asked_at >= _since(call)


def _since(call: Call) -> datetime:
    return call.started_at - SOON


@transaction.atomic
def call_off(command_id: int, *, by: Person) -> None:
    """Before the number is dialled: what nobody has begun yet is not begun, and a phone that rings is hung up."""
    mine = PhoneCommand.objects.select_for_update().filter(pk=command_id, person_id=by.pk, do=Do.DIAL)
    command = mine.first()
    if command is None or commands.call_off(command) or command.state == State.FAILED:
        return
    if (call := _call_of(command)) is None:
        raise Refused(_("Your phone is not ringing yet. Try again in a moment."))
    on_a_call.command(call, Do.HANG_UP, click=f"{command.pk}-end{_ends(command).count()}", by=by)


def has_its_call(command: PhoneCommand) -> bool:
    """It is known whom it has dialled: the call speaks for itself now."""
    if command.call_id is None:
        return False
    return not Call.objects.filter(pk=command.call_id).exclude(client_number__startswith="+").exists()


def can_be_called_off(command: PhoneCommand) -> bool:
    pbx = Pbx.objects.filter(code=command.pbx_code).first()
    return command.state == State.ASKED or Do.HANG_UP in commands.can(pbx)


def end_of(command: PhoneCommand) -> PhoneCommand | None:
    """The click by which it was called off while the own phone rang already, unless that went wrong."""
    return _ends(command).exclude(state=State.FAILED).first()


def _ends(command: PhoneCommand) -> QuerySet[PhoneCommand]:
    return PhoneCommand.objects.filter(click__startswith=f"{command.person_id}/{command.pk}-end")


def _call_of(command: PhoneCommand) -> Call | None:
    """In which the own phone rings; what the telephone system calls it need not be known yet."""
    going_on = Call.objects.going_on().filter(pbx_code=command.pbx_code, started_at__gte=command.asked_at - SOON)
    calls = going_on.at_phone(command.extension).order_by("-started_at")
    return next((call for call in calls if _is_begun_with(call, command)), None)


def _is_begun_with(call: Call, command: PhoneCommand) -> bool:
    is_named = commands.number_in(call.key) == command.pk or call.key == command.call_key
    return is_named or (begun_by(call) == command.extension and not commands.number_in(call.key))


def open_dials(person: Person) -> list[PhoneCommand]:
    """Of which no call is known yet: the desk phone rings, or is about to."""
    dials = PhoneCommand.objects.filter(
        person_id=person.pk, do=Do.DIAL, call_id=None, state__in=[State.ASKED, State.TAKEN]
    )
    return list(dials.filter(until__gt=clock.now()).order_by("-pk")[:3])
