"""A test call, step by step in words: what was asked of the PBX, and what the house heard of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from svyazka.business.calls import commands
from svyazka.business.calls.fold import Leg, from_json
from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call, Pbx, PhoneCommand, PhoneLine
from svyazka.business.calls.whose_phone import names_in
from svyazka.business.clients.models import Client
from svyazka.kit import clock, phones

SHORT = 6  # digits of a number inside the house
WAITED_FOR = timedelta(minutes=5)
_STRAY = timedelta(seconds=5)  # by so much the clock of a PBX may be behind ours
State = PhoneCommand.State


@dataclass(frozen=True)
class Stage:
    """`is_done`: None while it is still to come."""

    words: str
    is_done: bool | None = None
    more: str = ""


@dataclass(frozen=True)
class Story:
    stages: tuple[Stage, ...]
    verdict: str = ""  # empty: it goes on
    is_good: bool = False
    call: Call | None = None

    @property
    def is_over(self) -> bool:
        return bool(self.verdict)


def called_out(command: PhoneCommand) -> Story:
    """“Call my phone”."""
    call = _of_command(command)
    mine, others = _sides(call, command.extension)
    # Not what the house calls a talk, which is with a client: a colleague will do.
    talk = (_lifted(mine) and _lifted(others)) or None
    stages = [
        Stage(_("The PBX is asked"), is_done=True),
        Stage(_("The listener passes it on"), is_done=command.state != State.ASKED or None),
        Stage(_("Your phone {extension} rings").format(extension=command.extension), is_done=bool(mine) or None),
        Stage(_("You have lifted"), is_done=_lifted(mine) or command.state == State.DONE or None),
        Stage(
            _("{number} rings").format(number=_readable(command.number)),
            is_done=any(leg.rang_at for leg in others) or None,
        ),
        Stage(_("You talk"), is_done=talk),
        Stage(_("The call is over and stored"), is_done=_ended(call)),
        _recorded(call),
    ]
    if command.state == State.FAILED:
        return _ends(stages, commands.trouble_of(command), call=call)
    if call is None or call.state != Call.State.ENDED:
        return Story(tuple(stages), call=call)
    if not talk:
        return _ends(stages, _("Your phone and the PBX work; at the other end nobody answered."), call=call)
    return _ends(stages, _("It works: calls out go through."), is_good=True, call=call)


def called_in(pbx: Pbx, since: datetime) -> Story:
    """“Ring us from a mobile”."""
    call = _first_in(pbx, since)
    stages = [Stage(_("We wait for a call"), is_done=True), *_what_was_made_of(call)]
    if call is None:
        late = clock.now() - since > WAITED_FOR
        words = _(
            "No call has come. See whether the trunk leads to this PBX, whether its events reach us (the check says), "
            "and ring once more."
        )
        return _ends(stages, words) if late else Story(tuple(stages))
    if call.state != Call.State.ENDED:
        return Story(tuple(stages), call=call)
    missing, well = _missing(call), _("It works: calls in come up with all that belongs to them.")
    return _ends(stages, missing or well, is_good=not missing, call=call)


def _what_was_made_of(call: Call | None) -> Iterator[Stage]:
    line = PhoneLine.objects.filter(number=call.our_number).first() if call else None
    client = Client.objects.filter(pk=call.client_id).first() if call and call.client_id else None
    rang = summary_of(call).rang if call else ()
    new = _("A new number becomes a client when the request is taken down.")
    yield Stage(_("A call has come"), is_done=bool(call) or None, more=call.client_number_readable if call else "")
    yield Stage(
        _("It is known which of our numbers was dialled"),
        is_done=_known(call, line),
        more=f"{_readable(call.our_number)} {line.name if line else ''}".strip() if call else "",
    )
    yield Stage(_("Phones of ours ring"), is_done=_known(call, rang), more=", ".join(_whose(call, rang)))
    yield Stage(
        _("The client is known"),
        is_done=bool(client) or None,
        more=(client.name if client else new) if call else "",
    )
    yield Stage(_("Somebody talks"), is_done=_talked(call))
    yield Stage(_("The call is over and stored"), is_done=_ended(call))
    yield _recorded(call)


def _missing(call: Call) -> str:
    """What failed, in words; empty: nothing."""
    if not call.our_number:
        return _("The call came, but the PBX did not say which number was dialled: no source is known.")
    if not PhoneLine.objects.filter(number=call.our_number).exists():
        words = _("{number} is not among our numbers: enter it there, then its calls have a source.")
        return words.format(number=_readable(call.our_number))
    if not summary_of(call).rang:
        return _("The call came, but no phone of ours rang: see where the dial plan leads it.")
    return ""


def _ends(stages: Sequence[Stage], verdict: str, *, is_good: bool = False, call: Call | None = None) -> Story:
    """What has not happened by now will not."""
    ended = (Stage(one.words, bool(one.is_done), one.more) for one in stages)
    return Story(tuple(ended), verdict, is_good, call)


def _of_command(command: PhoneCommand) -> Call | None:
    """By its key once that is known; until then by the phone that rings."""
    found = Call.objects.filter(pbx_code=command.pbx_code, started_at__gte=command.asked_at - _STRAY)
    if command.call_key:
        return found.filter(key=command.call_key).first()
    if command.state == State.FAILED:
        return None
    return next((one for one in found.order_by("-started_at")[:50] if _sides(one, command.extension)[0]), None)


def _first_in(pbx: Pbx, since: datetime) -> Call | None:
    found = Call.objects.whole().filter(pbx_code=pbx.code, direction="in", started_at__gte=since - _STRAY)
    return found.order_by("started_at", "pk").first()


def _sides(call: Call | None, extension: str) -> tuple[list[Leg], list[Leg]]:
    legs = [from_json(leg) for leg in call.legs] if call else []
    return [one for one in legs if one.extension == extension], [one for one in legs if one.extension != extension]


def _lifted(legs: Sequence[Leg]) -> bool:
    """Of a phone that is rung before a number is dialled no event says that it answers; only its voice is heard."""
    return any(leg.answered_at or leg.joined for leg in legs)


def _known(call: Call | None, what: object) -> bool | None:
    return (bool(what) or None) if call and call.state != Call.State.ENDED else bool(what) if call else None


def _talked(call: Call | None) -> bool | None:
    return bool(call and call.answered_at) or None


def _ended(call: Call | None) -> bool | None:
    return bool(call and call.state == Call.State.ENDED) or None


def _recorded(call: Call | None) -> Stage:
    found = call.recording if call else ""
    return Stage(_("The recording is known"), is_done=bool(found) or None, more=found.rpartition("/")[2])


def _whose(call: Call | None, extensions: Sequence[str]) -> list[str]:
    names = names_in(call, extensions) if call else {}
    return [f"{one} {names.get(one, _('nobody'))}" for one in extensions]


def _readable(number: str) -> str:
    return phones.readable(number) if len(number) > SHORT else number
