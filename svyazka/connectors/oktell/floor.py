"""Who rings, talks and holds in which chain right now, as the events said it: what one event alone does not tell.

From it an arrival gets its notes (headers), so that `read` needs nothing but the arrival; and commands see here that
they have taken effect. Lives in the listener's memory; after a break the lines are asked.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from svyazka.business.calls.phone_system import Way
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.frames import Frame

Notes = dict[str, str]
REMEMBERED = 20_000  # chains, and ids of messages
RINGS, RANG = "phoneevent_ringstarted", "phoneevent_ringstopped"
TALKS, TALKED = "phoneevent_commstarted", "phoneevent_commstopped"
LINE = "line"  # stands for a commutation whose id we have not heard


@dataclass
class Chain:
    """The client's whole call, through all that become a part of it."""

    key: str
    direction: str = ""
    begun_by: str = ""  # the user who dialled; nobody in an incoming call
    number: str = ""  # of the client
    turns: dict[str, int] = field(default_factory=dict)  # how often each user was rung
    ringing: set[str] = field(default_factory=set)
    talking: dict[str, dict[str, bool]] = field(default_factory=dict)  # user → commutation → is it with the client
    holding: set[str] = field(default_factory=set)
    heard: set[tuple[str, str]] = field(default_factory=set)  # commutation and user that have begun before
    spoke: str = ""  # who talked with the client last
    talks: list[datetime] = field(default_factory=list)  # when somebody began to
    is_passed: bool = False  # and has passed him on since
    asked: str = ""  # which colleague was rung while the client waits, if we have asked for it
    passing: tuple[str, Way, str] | None = None  # by whom, how and to whom we have asked for it
    quiet_since: datetime | None = None
    has_just_talked: bool = False
    is_confirmed: bool = True

    @property
    def is_busy(self) -> bool:
        return bool(self.ringing or self.holding or any(self.talking.values()))

    def leg(self, user: str) -> str:
        """The one who dialled began the call, so the call's own key is his."""
        return self.key if user == self.begun_by else f"{user}:{self.turns.get(user) or 1}"

    @property
    def client_leg(self) -> str:
        return self.key if self.direction == "in" else f"{self.key}:client"

    def has(self, user: str) -> bool:
        return user in self.ringing or user in self.holding or bool(self.talking.get(user))

    def talks_with_client(self, user: str) -> bool:
        return any(self.talking.get(user, {}).values())


class Floor:
    """What `hear` gives back goes with the arrival; None: it says nothing new."""

    def __init__(
        self, *, after_talk: float = guesses.QUIET_AFTER_TALK, after_ring: float = guesses.QUIET_AFTER_RING
    ) -> None:
        self.after_talk, self.after_ring = timedelta(seconds=after_talk), timedelta(seconds=after_ring)
        self.chains: OrderedDict[str, Chain] = OrderedDict()
        self.alive: dict[str, Chain] = {}  # those of them that are not over
        self.seen: OrderedDict[tuple[str, str, str], None] = OrderedDict()
        self.states: dict[str, str] = {}  # user → state, as userstatechanged says it
        self.waiting: tuple[set[str], set[str]] = (set(), set())

    def hear(self, frame: Frame, at: datetime) -> Notes | None:
        if frame.name == "userstatechanged":
            self.states[frame.user] = frame.text("userstateid")
            return None
        chain = self._chain_of(frame)
        hears = _HEARERS.get(frame.name)
        if chain is None or hears is None or self._is_second(frame):
            return None
        notes = hears(chain, frame, at)
        if notes is None:
            return None
        chain.is_confirmed, chain.quiet_since = True, None if chain.is_busy else at
        self.alive[chain.key] = chain
        # Also when the message names no call: it stands here, and with it where it belongs.
        return {"at": at.isoformat(), "chain": chain.key, **_about(chain, frame.user), **notes}

    def of_user(self, user: str) -> list[Chain]:
        return [chain for chain in self.alive.values() if chain.has(user)]

    def going_on(self) -> list[Chain]:
        return list(self.alive.values())

    def over(self, now: datetime) -> list[Chain]:
        """Chains in which nothing has happened for so long that nothing will. Each is named once."""
        gone = [chain for chain in self.going_on() if self._is_gone(chain, now)]
        for chain in gone:
            del self.alive[chain.key]
        return gone

    def hear_line(self, answer: Frame, at: datetime) -> Notes | None:
        """What this line does, after a break. Whatever else we thought of it is over."""
        user = answer.user
        for chain in self.of_user(user):
            waits = user in chain.holding and answer.body.get("isflashing")
            if chain.key != answer.chain and not waits:
                _leave(chain, user, at)
        if not answer.chain or not (guesses.line_rings(answer) or guesses.line_talks(answer)):
            return None
        chain = self._chain(answer.chain)
        if not chain.direction:
            chain.direction, chain.number = "in", guesses.other_side(answer)
        if guesses.line_rings(answer):
            chain.ringing.add(user)
        else:
            chain.ringing.discard(user)
            if not chain.talking.get(user):
                _meet(chain, user, LINE, at)
        chain.quiet_since, chain.is_confirmed = None, True
        self.alive[chain.key] = chain
        return {"at": at.isoformat(), "chain": chain.key, **_about(chain, user)}

    def doubt(self) -> None:
        """After a break nothing is sure until a line or an event says so."""
        for chain in self.going_on():
            chain.is_confirmed = False

    def give_up_doubtful(self) -> None:
        for chain in self.going_on():
            if not (chain.is_confirmed or self._waits(chain)):
                chain.ringing, chain.talking, chain.holding = set(), {}, set()
                del self.alive[chain.key]

    def _is_gone(self, chain: Chain, now: datetime) -> bool:
        if chain.quiet_since is None or self._waits(chain):
            return False
        return now - chain.quiet_since >= (self.after_talk if chain.has_just_talked else self.after_ring)

    def _waits(self, chain: Chain) -> bool:
        chains, numbers = self.waiting
        return chain.key in chains or (chain.direction == "in" and chain.number in numbers)

    def _is_second(self, frame: Frame) -> bool:
        key = (frame.name, frame.text("qid"), frame.user)
        if frame.text("qid") and key in self.seen:
            return True
        _remember(self.seen, key, None)
        return False

    def _chain_of(self, frame: Frame) -> Chain | None:
        if frame.chain:
            return self._chain(frame.chain)
        # A hold names the user and not the call: it is the one in which he talks with a client.
        user = frame.user
        found = [chain for chain in self.going_on() if user in chain.holding or chain.spoke == user] or self.of_user(
            user
        )
        return found[-1] if found else None

    def _chain(self, key: str) -> Chain:
        if key not in self.chains:
            _remember(self.chains, key, Chain(key))
        return self.chains[key]


def _remember(kept: OrderedDict, key: object, value: object) -> None:  # type: ignore[type-arg]  # of any kind
    kept[key] = value
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)


def _about(chain: Chain, user: str) -> Notes:
    notes = {"leg": chain.leg(user), "client_leg": chain.client_leg, "direction": chain.direction}
    return {**notes, "number": chain.number} if chain.number else notes


def _ring(chain: Chain, frame: Frame, _at: datetime) -> Notes | None:
    user = frame.user
    if user in chain.ringing:
        return None
    is_own = guesses.own_leg(frame)
    if not chain.direction:
        _begin_with_ring(chain, frame, is_own=is_own)
    chain.ringing.add(user)
    chain.turns[user] = chain.turns.get(user, 0) + 1
    chain.has_just_talked = False
    if is_own:
        return {"own": "1"}
    if not _with_client(frame):
        return {"internal": "1"} if chain.direction == "out" and not chain.begun_by else {}
    # While the client waits it is a question to a colleague, whatever else the message says.
    return {} if chain.spoke in chain.holding else _passed_on(chain, user, Way.BLIND)


def _begin_with_ring(chain: Chain, frame: Frame, *, is_own: bool) -> None:
    if is_own:
        chain.direction, chain.begun_by, chain.number = "out", frame.user, guesses.dialled(frame)
    elif _with_client(frame):
        chain.direction, chain.number = "in", frame.text("callerid")
    else:
        chain.direction = "out"  # a colleague rings; he is known by his number only


def _ring_end(chain: Chain, frame: Frame, _at: datetime) -> Notes | None:
    chain.ringing.discard(frame.user)
    return {}


def _talk(chain: Chain, frame: Frame, at: datetime) -> Notes | None:
    user, commutation = frame.user, frame.text("commutationid").lower()
    if (commutation, user) in chain.heard:
        return None
    chain.heard.add((commutation, user))
    if not chain.direction:
        chain.direction, chain.begun_by = "out", user  # nothing rang here before: he has dialled himself
    with_client = _with_client(frame)
    notes = _passed_on(chain, user, Way.ATTENDED) if with_client and not frame.body.get("isconference") else {}
    chain.ringing.discard(user)
    chain.talking.setdefault(user, {}).pop(LINE, None)
    chain.has_just_talked = True
    if not with_client:
        chain.talking[user][commutation] = False
        return notes
    if user in chain.holding:
        chain.holding.discard(user)
        notes["hold"] = "0"
    chain.is_passed = False
    _meet(chain, user, commutation, at)
    return {**notes, "client": "1"}


def _meet(chain: Chain, user: str, commutation: str, at: datetime) -> None:
    chain.talking.setdefault(user, {})[commutation] = True
    chain.spoke = user
    chain.talks.append(at)


def _talk_end(chain: Chain, frame: Frame, _at: datetime) -> Notes | None:
    user, going_on = frame.user, chain.talking.get(frame.user, {})
    notes = {"also": LINE} if going_on.pop(LINE, None) is not None else {}
    if going_on.pop(frame.text("commutationid").lower(), _with_client(frame)):
        notes["client"] = "1"
    if chain.passing and chain.passing[0] == user and not chain.is_passed:
        _by, way, to = chain.passing
        chain.passing, chain.is_passed = None, True
        chain.holding.discard(user)
        notes |= {"passed_by": chain.leg(user), "passed_by_user": user, "way": way, "passed_to": to}
        if not to and (colleague := next((one for one in chain.talking if one != user and chain.has(one)), "")):
            notes["passed_to_user"] = colleague
    return notes


def _hold(chain: Chain, frame: Frame, _at: datetime) -> Notes | None:
    held = guesses.is_hold(frame)
    if held is None:
        return None
    if held:
        chain.holding.add(frame.user)
    else:
        chain.holding.discard(frame.user)
    return {"hold": "1" if held else "0"}


def _passed_on(chain: Chain, to: str, way: Way) -> Notes:
    """Whoever talked with the client before has passed him on, if it was not told yet."""
    if not chain.spoke or chain.spoke == to or chain.is_passed:
        return {}
    chain.is_passed = True
    return {"passed_by": chain.leg(chain.spoke), "passed_by_user": chain.spoke, "way": way, "passed_to_user": to}


def _with_client(frame: Frame) -> bool:
    return frame.body.get("isextline") is not False


def _leave(chain: Chain, user: str, at: datetime) -> None:
    chain.ringing.discard(user)
    chain.holding.discard(user)
    chain.talking.pop(user, None)
    if not chain.is_busy and chain.quiet_since is None:
        chain.quiet_since = at


def keys(chains: Iterable[Chain]) -> list[str]:
    return sorted(chain.key for chain in chains)


_HEARERS = {
    RINGS: _ring,
    RANG: _ring_end,
    TALKS: _talk,
    TALKED: _talk_end,
    "flashstatechanged": _hold,
    "phoneevent_ivrstarted": _hold,
    "phoneevent_ivrstopped": _hold,
}
