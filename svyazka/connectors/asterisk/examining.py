"""What is right and wrong with an Asterisk, as far as its manager interface tells with the rights that Svyazka needs
anyway. Which rights they are is seen from ListCommands: it names the actions that a login may use."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from svyazka.business.calls.coming_back import LinkLost
from svyazka.business.calls.setting_up.guide import Finding
from svyazka.connectors.asterisk.carrying_out import DialPlan
from svyazka.connectors.asterisk.line import Line
from svyazka.connectors.asterisk.messages import Message, parse
from svyazka.connectors.asterisk.read import phone_of

OLDEST, FILTERS_SINCE = 18, 20
CLOCK_MAY_BE_OFF = 3.0  # seconds
# An action that the right opens, and nothing else does.
_RIGHTS = {"system": "Filter", "call": "BlindTransfer", "originate": "Originate", "agent": "QueuePause"}
_MODULES = ("app_mixmonitor", "app_queue", "res_pjsip_transport_websocket")
_NOT_THERE, _NOT_CONNECTED = "INVALID", "UNAVAILABLE"  # states of a device


@dataclass
class Heard:
    """What a connection has told by itself: one event of each name says enough."""

    names: set[str] = field(default_factory=set)
    filters_refused: bool = False
    has_times: bool = True

    def hear(self, message: Message) -> None:
        if (name := message.event) not in self.names:
            self.names.add(name)
            self.has_times = self.has_times and bool(message.get("Timestamp"))


async def examine(line: Line, plan: DialPlan, heard: Heard, extensions: Collection[str]) -> list[Finding]:
    found: list[Finding] = []
    looks = (_look_at_itself, _look_at_rights, _look_at_modules, _look_at_clock)
    try:
        for look in looks:
            found += await look(line, heard)
        found += await _look_at_contexts(line, plan)
        found += await _look_at_phones(line, extensions)
        found += await _look_at_calls(line, heard)
    except LinkLost:
        found.append(Finding("silent"))
    return [*found, Finding("prompts_unknown")]


async def _look_at_itself(line: Line, heard: Heard) -> list[Finding]:
    settings = await line.ask("CoreSettings", [])
    version, name = settings.get("AsteriskVersion"), settings.get("SystemName")
    main = int(digits) if (digits := version.partition(".")[0]).isdecimal() else OLDEST
    about = {"version": version}
    found = [Finding("too_old" if main < OLDEST else "version", about)] if version else []
    if heard.filters_refused:
        is_old = version and main < FILTERS_SINCE
        found.append(Finding("without_filters", about) if is_old else Finding("filters_refused"))
    return [*found, Finding("named", {"name": name}) if name else Finding("without_name")]


async def _look_at_rights(line: Line, _heard: Heard) -> list[Finding]:
    allowed = await _allowed(line)
    missing = [right for right, action in _RIGHTS.items() if action.lower() not in allowed]
    return [Finding(f"no_right_{right}") for right in missing] or [Finding("rights")]


async def _allowed(line: Line) -> set[str]:
    return {name.lower() for name, _synopsis in (await line.ask("ListCommands", [])).pairs}


async def _look_at_modules(line: Line, _heard: Heard) -> list[Finding]:
    found = []
    for module in _MODULES:
        answer = await line.ask("ModuleCheck", [("Module", module)])
        if answer.get("Response") == "Error" and "not loaded" in answer.get("Message"):
            found.append(Finding(f"no_{module}"))
    return found


async def _look_at_clock(line: Line, _heard: Heard) -> list[Finding]:
    """Against the middle of the time that the question took."""
    asked = time.time()
    told = (await line.ask("Ping", [])).get("Timestamp")
    middle = (asked + time.time()) / 2
    try:
        off = float(told) - middle
    except ValueError:
        return []
    return [Finding("clock_off", {"seconds": f"{off:+.0f}"}) if abs(off) > CLOCK_MAY_BE_OFF else Finding("clock")]


async def _look_at_contexts(line: Line, plan: DialPlan) -> list[Finding]:
    contexts = dict.fromkeys(filter(None, (plan.context, plan.transfer_context)))
    if "showdialplan" not in await _allowed(line):
        return [Finding("context_unknown", {"context": one}) for one in contexts]
    found = []
    for context in contexts:
        shown = await line.ask_list("ShowDialPlan", until="ShowDialPlanComplete", pairs=[("Context", context)])
        found.append(Finding("context" if shown else "context_missing", {"context": context}))
    return found


async def _look_at_phones(line: Line, extensions: Collection[str]) -> list[Finding]:
    blocks = await line.ask_list("DeviceStateList", until="DeviceStateListComplete")
    messages = [parse(block) for block in blocks[:-1]]
    states = {phone: one.get("State") for one in messages if (phone := phone_of(one.get("Device")))}
    kinds = {
        "phones_unknown": [one for one in extensions if states.get(one, _NOT_THERE) == _NOT_THERE],
        "phones_away": [one for one in extensions if states.get(one) == _NOT_CONNECTED],
        "phones": [one for one in extensions if states.get(one, _NOT_THERE) not in (_NOT_THERE, _NOT_CONNECTED)],
    }
    return [Finding(what, {"phones": ", ".join(phones)}) for what, phones in kinds.items() if phones]


async def _look_at_calls(line: Line, heard: Heard) -> list[Finding]:
    going_on = await line.ask_list("CoreShowChannels", until="CoreShowChannelsComplete")
    return list(_of_calls(heard, are_going_on=len(going_on) > 1))


def _of_calls(heard: Heard, *, are_going_on: bool) -> Iterator[Finding]:
    names = heard.names
    if not names & {"Newchannel", "DialBegin", "Hangup"}:
        yield Finding("calls_hidden" if are_going_on else "nothing_heard")
        return
    yield Finding("heard")
    if not heard.has_times:
        yield Finding("no_times")
    if "Hangup" in names and "Cdr" not in names:
        yield Finding("no_records")
    if "VarSet" in names:
        yield Finding("recorded")
    elif "BridgeEnter" in names:
        yield Finding("not_recorded")
