"""The lines of a stand-in Oktell: calls that ring, talk, wait and are passed on, and the events that tell of it.

The events are those that reference and other people's code describe. Where it is not known in which order a live one
sends them, `Habits` says which order this one has, so that tests run through all of them.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid4, uuid5

# What somebody once saw on a real one: the ring by which it calls an operator, to dial for him.
OWN_LEG = json.loads((Path(__file__).parent / "samples/own_leg.jsonl").read_text())[1]
NOWHERE = "00000000-0000-0000-0000-000000000000"
Body = dict[str, Any]


@dataclass(frozen=True)
class Habits:
    """What nobody knows of a live Oktell."""

    ring_ends_first: bool = False  # phoneevent_ringstopped before phoneevent_commstarted
    talk_stops_on_hold: bool = True  # phoneevent_commstopped when the client is put aside
    asks_in_same_chain: bool = True  # a colleague is rung in the client's chain, or in one of its own


@dataclass(frozen=True)
class User:
    login: str
    number: str

    @property
    def id(self) -> str:
        return str(uuid5(NAMESPACE_OID, self.login))


@dataclass
class Talk:
    """A commutation: two sides, one of them perhaps outside."""

    id: str
    users: list[User]
    with_client: bool


@dataclass
class Chain:
    key: str
    number: str  # of the client; of the one who is rung in a call inside of the house
    has_client: bool = True
    ringing: list[User] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)
    holder: User | None = None  # the client waits for him
    dialling: User | None = None  # Oktell rings him, to dial for him
    autocall: User | None = None  # and dials now
    recordlinks: list[str] = field(default_factory=list)

    def talk_of(self, user: User) -> Talk | None:
        return next((talk for talk in reversed(self.talks) if user in talk.users), None)


class Lines:
    """`tell(name, body)` sends an event to whoever listens."""

    def __init__(self, users: Iterable[User], tell: Callable[[str, Body], Awaitable[None]], habits: Habits) -> None:
        self.users = list(users)
        self.tell = tell
        self.habits = habits
        self.chains: dict[str, Chain] = {}
        self.states = {user.login: 1 for user in self.users}
        self.lamps: dict[str, int] = {}  # what was told of each number last
        self.queue: list[Body] = []
        self.connections = itertools.count(1)

    def at(self, number: str) -> User | None:
        return next((user for user in self.users if user.number == number), None)

    def chain_of(self, user: User) -> Chain | None:
        def takes_part(chain: Chain) -> bool:
            talks = chain.talk_of(user) is not None
            return talks or user in chain.ringing or user in (chain.autocall, chain.holder)

        return next((chain for chain in reversed(self.chains.values()) if takes_part(chain)), None)

    def state_of(self, user: User) -> int:
        return 5 if self.chain_of(user) else self.states[user.login]

    async def client_rings(self, number: str, *extensions: str, line: str = "00012") -> Chain:
        chain = self._new(number)
        for extension in extensions:
            await self.ring(chain, self._there(extension), line=line)
        return chain

    async def ring(self, chain: Chain, user: User, *, line: str = "00012") -> None:
        chain.ringing.append(user)
        body = {
            "callerid": chain.number if chain.has_client else "",
            "callername": "",
            "callercomment": "",
            "callerdescription": "",
            "callerdirection": "ext_pbx",
            "callerinfo": "",
            "callerlineid": str(uuid5(NAMESPACE_OID, line)),
            "callerlinenum": line,
            "isextline": True,
        }
        await self._ring(chain, user, body)

    async def lift(self, extension: str) -> None:
        """This telephone is answered."""
        user = self._there(extension)
        chain = next(one for one in self.chains.values() if user in one.ringing)
        chain.ringing.remove(user)
        if chain.dialling == user:
            chain.dialling, chain.autocall = None, user
            await self._ring_end(chain, user)
            if colleague := self.at(chain.number):
                await self._ring_inside(chain, colleague, by=user)
            return
        others, chain.ringing = chain.ringing, []
        begin = self._begin(chain, self._both(chain, user), with_client=self._meets_client(chain))
        if self.habits.ring_ends_first:
            await self._ring_end(chain, user)
            await begin
        else:
            await begin
            await self._ring_end(chain, user)
        for other in others:
            await self._ring_end(chain, other)

    async def client_answers(self, chain: Chain) -> None:
        """Whom Oktell has dialled for a user."""
        user, chain.autocall = chain.autocall, None
        assert user is not None
        await self._begin(chain, [user], with_client=True)
        await self._about("phoneevent_acmcallstopped", user, {"chainid": chain.key})

    async def dials_by_hand(self, extension: str, number: str) -> Chain:
        """A user dials on his telephone, and is answered."""
        chain = self._new(number)
        await self._begin(chain, [self._there(extension)], with_client=True)
        return chain

    async def stop_ringing(self, extension: str) -> None:
        user = self._there(extension)
        chain = next(one for one in self.chains.values() if user in one.ringing)
        chain.ringing.remove(user)
        if chain.dialling == user:
            chain.dialling = None
            await self._about("phoneevent_acmcallstopped", user, {"chainid": chain.key})
        await self._ring_end(chain, user)

    async def client_leaves(self, chain: Chain) -> None:
        for user in list(chain.ringing):
            await self.stop_ringing(user.number)
        if chain.holder is not None:
            await self._flash(chain, chain.holder, 4)
            chain.holder = None
        for talk in list(chain.talks):
            if talk.with_client:
                await self._stop(chain, talk)

    async def give(self, user: User, number: str) -> None:
        """The client goes on to this number at once."""
        chain, talk = self._talking(user)
        await self._stop(chain, talk)
        if target := self.at(number):
            await self.ring(chain, target)

    async def dial_for(self, user: User, number: str) -> None:
        chain = self._new(number)
        chain.has_client = self.at(number) is None
        chain.dialling = user
        chain.ringing.append(user)
        await self._about("phoneevent_acmcallstarted", user, {"chainid": chain.key})
        body = {**OWN_LEG, "callerinfo": OWN_LEG["callerinfo"].rpartition(" ")[0] + f" {number}"}
        await self._ring(chain, user, body)

    async def ask_colleague(self, user: User, number: str) -> None:
        """The client waits while the user has a word with this number."""
        chain, talk = self._talking(user)
        chain.holder = user
        if self.habits.talk_stops_on_hold:
            await self._stop(chain, talk)
        await self._flash(chain, user, 1)
        if colleague := self.at(number):
            there = chain
            if not self.habits.asks_in_same_chain:
                there = self._new(number)
                there.has_client = False
            await self._ring_inside(there, colleague, by=user)

    async def put_down(self, user: User) -> None:
        """Whoever waits for him goes to the colleague he talks with; otherwise it is the end."""
        if (held := self._held_by(user)) is None:
            chain, talk = self._talking(user)
            await self._stop(chain, talk)
            return
        asked = self._word_with_colleague(user)
        held.holder = None
        await self._drop_consult(user)
        for talk in [one for one in held.talks if user in one.users]:
            await self._stop(held, talk)
        await self._flash(held, user, 3)
        if asked:
            await self._begin(held, asked, with_client=True)

    async def take_back(self, user: User) -> None:
        held = self._held_by(user)
        if held is None:
            return
        await self._drop_consult(user)
        held.holder = None
        await self._flash(held, user, 2)
        if held.talk_of(user) is None:
            await self._begin(held, [user], with_client=True)

    async def set_state(self, user: User, state: int) -> None:
        self.states[user.login] = state
        body = {"userstateid": state, "oncallcenter": True, "onlunch": state == 2}
        await self._about("userstatechanged", user, body)

    def line_info(self, user: User) -> Body:
        """getextendedlineinfo."""
        chain = self.chain_of(user)
        if chain is None:
            return {"linestatestr": "lsHookUp", "chainid": NOWHERE, "isflashing": False, "abonent": {}}
        abonent = {
            "number": chain.number,
            "callerid": chain.number,
            "isextline": chain.has_client,
            "isringing": user in chain.ringing,
            "iscommutated": chain.talk_of(user) is not None,
            "isautocall": chain.autocall == user,
        }
        is_flashing = chain.holder == user
        return {"linestatestr": "lsCommutated", "chainid": chain.key, "isflashing": is_flashing, "abonent": abonent}

    def _there(self, extension: str) -> User:
        user = self.at(extension)
        assert user is not None, extension
        return user

    def _new(self, number: str) -> Chain:
        chain = Chain(str(uuid4()).upper(), number)
        self.chains[chain.key] = chain
        return chain

    def _talking(self, user: User) -> tuple[Chain, Talk]:
        found = [(chain, talk) for chain in self.chains.values() if (talk := chain.talk_of(user)) is not None]
        return found[-1]

    def _held_by(self, user: User) -> Chain | None:
        return next((chain for chain in self.chains.values() if chain.holder == user), None)

    def _both(self, chain: Chain, user: User) -> list[User]:
        """Who talks when this one is answered: with the client alone, or with the colleague who asks or has dialled."""
        if (dialled_by := chain.autocall) is not None:
            chain.autocall = None
            return [dialled_by, user]
        if chain.holder is not None:
            return [chain.holder, user]
        asking = next((one.holder for one in self.chains.values() if one.holder and not chain.has_client), None)
        return [asking, user] if asking else [user]

    def _meets_client(self, chain: Chain) -> bool:
        return chain.has_client and chain.holder is None

    def _word_with_colleague(self, user: User) -> list[User]:
        for chain in self.chains.values():
            for talk in chain.talks:
                if user in talk.users and not talk.with_client:
                    return [other for other in talk.users if other != user]
        return []

    async def _drop_consult(self, user: User) -> None:
        for chain in self.chains.values():
            for talk in [one for one in chain.talks if user in one.users and not one.with_client]:
                await self._stop(chain, talk)
            for rung in list(chain.ringing):
                if chain.holder == user or not chain.has_client:
                    chain.ringing.remove(rung)
                    await self._ring_end(chain, rung)

    async def _ring_inside(self, chain: Chain, user: User, *, by: User) -> None:
        chain.ringing.append(user)
        body = {
            "callerid": by.number,
            "callername": by.login,
            "callerdirection": "pbx_pbx",
            "callerlineid": str(uuid5(NAMESPACE_OID, by.number)),
            "callerlinenum": f"0{by.number}",
            "isextline": False,
        }
        await self._ring(chain, user, body)

    async def _ring(self, chain: Chain, user: User, body: Body) -> None:
        more = {"chainid": chain.key, "canfax": False, "canvideo": False, "isconference": False, "istask": False}
        body = {**body, **more, "connectionindex": next(self.connections)}
        await self._about("phoneevent_ringstarted", user, body)

    async def _ring_end(self, chain: Chain, user: User) -> None:
        await self._about("phoneevent_ringstopped", user, {"chainid": chain.key})

    async def _begin(self, chain: Chain, users: list[User], *, with_client: bool) -> None:
        talk = Talk(str(uuid4()).upper(), users, with_client)
        chain.talks.append(talk)
        for user in users:
            body = {"chainid": chain.key, "commutationid": talk.id, "isextline": with_client, "isconference": False}
            await self._about("phoneevent_commstarted", user, body)

    async def _stop(self, chain: Chain, talk: Talk) -> None:
        chain.talks.remove(talk)
        for user in talk.users:
            await self._about("phoneevent_commstopped", user, {"chainid": chain.key, "commutationid": talk.id})

    async def _flash(self, chain: Chain, user: User, kind: int) -> None:
        await self._about("flashstatechanged", user, {"flashtypeid": kind})

    async def _about(self, name: str, user: User, body: Body) -> None:
        await self._tell(name, user, body)
        state = self.state_of(user)
        if self.lamps.get(user.number, 1) != state:
            self.lamps[user.number] = state
            numbers = [{"num": user.number, "numstateid": state}]
            await self.tell("pbxnumberstatechanged", {"qid": str(uuid4()), "numbers": numbers})

    async def _tell(self, name: str, user: User, body: Body) -> None:
        await self.tell(name, {**body, "qid": str(uuid4()), "userid": user.id, "userlogin": user.login})
