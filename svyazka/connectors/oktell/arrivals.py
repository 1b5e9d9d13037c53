"""From a message and what is known around it to a row of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from svyazka.business.calls.phone_system import Ledger
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.oktell.directory import Directory
from svyazka.connectors.oktell.floor import Chain, Notes, keys
from svyazka.connectors.oktell.frames import Frame, compose
from svyazka.connectors.oktell.phones import CHANGED
from svyazka.connectors.oktell.read import GOING_ON, JOURNAL, LINE_STATE, OVER

# What may happen several times in one call, to the same telephone; the others are told by what they are about.
_REPEATED = ("flashstatechanged", "phoneevent_ivrstarted", "phoneevent_ivrstopped", LINE_STATE)


class Arrivals:
    """Writes down one PBX's messages."""

    def __init__(self, pbx_code: str, ledger: Ledger, directory: Directory, our_numbers: str) -> None:
        self.pbx_code, self.ledger, self.directory = pbx_code, ledger, directory
        pairs = (pair.partition("=") for pair in our_numbers.split(","))
        self.our_numbers = {line.strip(): number.strip() for line, _equals, number in pairs if number}

    async def add(self, frame: Frame, text: str, notes: Notes) -> None:
        told = {**notes, "extension": self.directory.extension_of(frame.user)}
        if passed_by := told.pop("passed_by_user", ""):
            told["passed_by_extension"] = self.directory.extension_of(passed_by)
        if passed_to := told.pop("passed_to_user", ""):
            told["passed_to"] = self.directory.extension_of(passed_to)
        if number := self.our_numbers.get(frame.text("callerlinenum")):
            told["our_number"] = number
        name = "/".join((frame.name, told["chain"], frame.text("commutationid").lower(), told["leg"]))
        await self._put(f"{name}/{told['at']}" if frame.name in _REPEATED else name, told["chain"], text, told)

    async def add_end(self, chain: Chain, at: datetime) -> None:
        notes = {"at": at.isoformat(), "chain": chain.key}
        outside_id = f"{OVER}/{chain.key}/{notes['at']}"
        await self._put(outside_id, chain.key, compose(OVER, {"chainid": chain.key}), notes)

    async def add_recordings(self, chain: Chain, answer: Frame) -> None:
        talks = " ".join(at.isoformat() for at in chain.talks)
        notes = {"chain": chain.key, "talks": talks}
        await self._put(f"{JOURNAL}/{chain.key}/{len(chain.talks)}", chain.key, compose(JOURNAL, answer.body), notes)

    async def add_going_on(self, chains: Iterable[Chain], asked_at: datetime) -> None:
        await self.ledger.put(going_on(self.pbx_code, chains, asked_at))

    async def add_phones(self, numbers: Mapping[str, str], at: datetime, *, are_all: bool = False) -> None:
        notes = {"at": at.isoformat(), **({"all": "1"} if are_all else {})}
        listed = [{"num": number, "numstateid": state} for number, state in numbers.items()]
        await self._put(f"{CHANGED}/{notes['at']}", "phones", compose(CHANGED, {"numbers": listed}), notes)

    async def _put(self, outside_id: str, conversation: str, text: str, notes: Notes) -> None:
        await self.ledger.put(_arrival(self.pbx_code, outside_id, conversation, text, notes))


def going_on(pbx_code: str, chains: Iterable[Chain], asked_at: datetime) -> NewArrival:
    """These calls, and no others."""
    notes = {"at": asked_at.isoformat()}
    text = compose(GOING_ON, {"chains": keys(chains)})
    return _arrival(pbx_code, f"{GOING_ON}/{notes['at']}", "going_on", text, notes)


def _arrival(pbx_code: str, outside_id: str, conversation: str, text: str, notes: Notes) -> NewArrival:
    return NewArrival(pbx_code, "oktell", outside_id, f"{pbx_code}/{conversation}", notes, text.encode())
