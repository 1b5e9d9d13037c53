"""What one does with a call that one has on one's own phone: pass it on, ask a colleague first, end it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls import commands, fold, links
from svyazka.business.calls.fold import Leg
from svyazka.business.calls.models import Call, Pbx, PhoneCommand
from svyazka.business.calls.phone_system import Do
from svyazka.business.calls.whose_phone import PhoneKey, not_rung
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.kit.asking import Asking, answered, together
from svyazka.kit.refusals import Refused

State = PhoneCommand.State
TO_SOMEBODY = frozenset({Do.TRANSFER, Do.CONSULT})
OF_CALLS = frozenset({*TO_SOMEBODY, Do.CONNECT, Do.COME_BACK, Do.HANG_UP})
_NOT_YOURS = _("This call is not on your phone: whoever has it passes it on.")


@dataclass(frozen=True)
class Standing:
    """What one can do with this call now, and what became of what was asked last."""

    has_it: bool  # it rings or goes on at this person's phone
    can: frozenset[Do]  # what the telephone system is able to
    has_link: bool
    dial: PhoneCommand | None  # the click that began it, of a call out
    last: PhoneCommand | None
    asks: PhoneCommand | None  # the colleague who is being asked, while the client listens to music

    @property
    def is_under_way(self) -> bool:
        return self.last is not None and self.last.state in (State.ASKED, State.TAKEN)


def command(call: Call, do: Do, *, colleague: Person | None = None, click: str, by: Person) -> PhoneCommand:
    """Asks the telephone system; only whoever has the call on his phone may. `colleague`: who gets the client, or is
    asked first."""
    if do not in OF_CALLS:
        raise Refused(_("That cannot be done with a call."))
    own = own_leg(call, by)
    if own is None:
        raise Refused(_NOT_YOURS)
    if do != Do.HANG_UP and (own.rings or call.state != Call.State.TALKING):
        raise Refused(_("Lift the phone first: then it can be passed on."))
    number = _number_of(do, call, colleague, by)
    return _under_way(call, do, number, by) or commands.ask(do, by=by, click=click, call=call, number=number)


def standing(call: Call, person: Person) -> Standing:
    return answered(ask_standing(call, person))


def ask_standing(call: Call, person: Person) -> Asking[Standing]:
    which = "where call_id = %s and person_id = %s order by id desc limit 20"
    found, asked = yield from together(
        rows.asked(Pbx, "where code = %s", [call.pbx_code]),
        rows.asked(PhoneCommand, which, [call.pk, person.pk]),
    )
    pbx = found[0] if found else None
    of_call = [one for one in asked if one.do in OF_CALLS]
    has_it = own_leg(call, person) is not None
    return Standing(
        has_it=has_it,
        can=commands.can(pbx),
        has_link=bool(pbx and links.is_up(pbx)),
        dial=next((one for one in asked if one.do == Do.DIAL), None),
        last=of_call[0] if of_call else None,
        asks=_asks(of_call, _legs(call)) if has_it else None,
    )


def _under_way(call: Call, do: Do, number: str, by: Person) -> PhoneCommand | None:
    """The card was drawn anew between the two clicks of somebody who clicks twice."""
    asked = PhoneCommand.objects.filter(call_id=call.pk, person_id=by.pk, do=do, number=number)
    return asked.filter(state__in=[State.ASKED, State.TAKEN]).first()


def _number_of(do: Do, call: Call, colleague: Person | None, by: Person) -> str:
    if do not in TO_SOMEBODY:
        return ""
    if colleague is None or not colleague.is_active:
        raise Refused(_("Choose a colleague."))
    if colleague.pk == by.pk:
        raise Refused(_("That is your own phone."))
    if not colleague.extension:
        raise Refused(format_lazy(_("{name} has no phone on the PBX."), name=colleague.full_name))
    phone = PhoneKey(colleague.pbx_code, colleague.extension)
    if not_rung({colleague.pk: phone}, on=call.pbx_code):
        words = _("{name} has a phone on another PBX, and this number belongs to somebody else here.")
        raise Refused(format_lazy(words, name=colleague.full_name))
    return colleague.extension


def own_leg(call: Call, person: Person) -> Leg | None:
    """That rings or talks: what was refused or is over is nobody's call any more."""
    if call.state == Call.State.ENDED or not person.is_on(call.pbx_code):
        return None
    return next((leg for leg in _legs(call) if leg.extension == person.extension and leg.is_on), None)


def _legs(call: Call) -> list[Leg]:
    return [fold.from_json(leg) for leg in call.legs]


def _asks(asked: Sequence[PhoneCommand], legs: Collection[Leg]) -> PhoneCommand | None:
    """Over as soon as the two are connected, the client is taken back, or the colleague's phone is down again."""
    done = (one for one in asked if one.state == State.DONE and one.do in (Do.CONSULT, Do.CONNECT, Do.COME_BACK))
    last = next(done, None)
    if last is None or last.do != Do.CONSULT:
        return None
    since = last.asked_at
    theirs = [leg for leg in legs if leg.extension == last.number and leg.first_at and leg.first_at >= since]
    return None if theirs and not any(leg.is_on for leg in theirs) else last
