"""Whether what a cloud PBX was asked to do has happened: by what its events have told since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from svyazka.business.calls import fold
from svyazka.business.calls.fold import Leg
from svyazka.business.calls.follow import find
from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import Command, Do, Done, NotDone
from svyazka.business.intake.models import Arrival, ArrivalKey
from svyazka.connectors.cloud_pbx.fields import Fields, fields_of
from svyazka.kit import clock

CLOCKS_MAY_DIFFER = timedelta(seconds=2)  # they tell whole seconds
SILENT = timedelta(hours=4)  # nobody talks longer without a word of his PBX


def legs_of(pbx_code: str, command: Command) -> list[Leg]:
    """Of the call that the command is about; none of a call that is yet to begin. Raises NotDone."""
    if command.do == Do.DIAL:
        return []
    call = _call(pbx_code, command.call_key)
    if call is None or call.state == Call.State.ENDED:
        raise NotDone("no_such_call")
    legs = [fold.from_json(leg) for leg in call.legs]
    if not any(leg.extension == command.extension for leg in legs):
        raise NotDone("not_yours")
    return legs


def seen(pbx_code: str, command: Command, *, key: str, since: datetime) -> Done | None:
    """Done, once it is; nothing while it may still come. Raises NotDone when it cannot come any more."""
    call = _dialled(pbx_code, command, key, since) if command.do == Do.DIAL else _call(pbx_code, command.call_key)
    if call is None:
        return None
    legs = [fold.from_json(leg) for leg in call.legs]
    if PROOFS[command.do](legs, command, since - CLOCKS_MAY_DIFFER):
        return Done(call.key if command.do == Do.DIAL else "")
    if call.state != Call.State.ENDED:
        return None
    if command.do == Do.HANG_UP:
        return Done()
    raise NotDone("not_lifted" if command.do == Do.DIAL else "no_such_call")


def result(pbx_code: str, path: str, command: Command) -> Fields | None:
    """What the system has said of a command after it had accepted it."""
    outside_id = f"{path}/{command.id}"
    known = ArrivalKey.objects.filter(account=pbx_code, outside_id=outside_id).first()
    if known is None:
        return None
    arrival = Arrival.objects.filter(received_at=known.received_at, account=pbx_code, outside_id=outside_id).first()
    return fields_of(bytes(arrival.body)) if arrival else None


def forgotten(pbx_code: str) -> list[str] | None:
    """The calls that may still go on, where there are others whose end was lost on the way; else nothing."""
    calls = Call.objects.going_on().filter(pbx_code=pbx_code)
    since = clock.now() - SILENT
    if not calls.filter(started_at__lt=since).exists():
        return None
    return list(calls.filter(started_at__gte=since).values_list("key", flat=True))


def _call(pbx_code: str, key: str) -> Call | None:
    call = find(pbx_code, key, about=clock.now())
    return Call.objects.get(pk=call.merged_into_id) if call and call.merged_into_id else call


def _dialled(pbx_code: str, command: Command, key: str, since: datetime) -> Call | None:
    """Some systems do not say which call they have begun: it is the one that goes from this phone to this number."""
    if key and (call := _call(pbx_code, key)):
        return call
    begun = Call.objects.filter(pbx_code=pbx_code, direction="out", started_at__gte=since - CLOCKS_MAY_DIFFER)
    for call in begun.filter(client_number=command.number).order_by("started_at"):
        if any(leg["extension"] == command.extension for leg in call.legs):
            return call
    return None


def _is_dialled(legs: Sequence[Leg], _command: Command, _since: datetime) -> bool:
    return any(not leg.extension and (leg.rang_at or leg.answered_at) for leg in legs)


def _rings_there(legs: Sequence[Leg], command: Command, since: datetime) -> bool:
    wanted = "" if command.number.startswith("+") else command.number
    return any(leg.extension == wanted and leg.rang_at and leg.rang_at >= since for leg in legs)


def _is_passed_on(legs: Sequence[Leg], command: Command, since: datetime) -> bool:
    passed = [at for leg in _of_phone(legs, command) for at, _way, _to in leg.passed_on]
    return any(at >= since for at in passed) or _rings_there(legs, command, since)


def _is_out(legs: Sequence[Leg], command: Command, _since: datetime) -> bool:
    return all(leg.ended_at for leg in _of_phone(legs, command))


def _is_back(legs: Sequence[Leg], command: Command, since: datetime) -> bool:
    return any(at >= since for leg in _of_phone(legs, command) for at in leg.resumed)


def _of_phone(legs: Sequence[Leg], command: Command) -> list[Leg]:
    return [leg for leg in legs if leg.extension == command.extension]


PROOFS: Mapping[Do, Callable[[Sequence[Leg], Command, datetime], bool]] = {
    Do.DIAL: _is_dialled,
    Do.TRANSFER: _is_passed_on,
    Do.CONSULT: _rings_there,
    Do.CONNECT: _is_out,
    Do.COME_BACK: _is_back,
    Do.HANG_UP: _is_out,
}
