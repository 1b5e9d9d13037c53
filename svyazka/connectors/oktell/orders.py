"""What the house asks an Oktell to do, and the sign by which it is known to have happened.

The vendor's client does not wait for answers to most of these messages, so an answer alone proves nothing: a refusal
ends it, but done it is only when the events show it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from svyazka.business.calls.phone_system import Command, Do, Done, NotDone, Way
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.floor import Chain
from svyazka.connectors.oktell.frames import Body, Frame
from svyazka.connectors.oktell.wire import Line

if TYPE_CHECKING:
    from svyazka.connectors.oktell.driver import Oktell

MARGIN = 0.5  # seconds before the deadline at which we say ourselves that nothing has happened


class _Order:
    """One command, its user and the way to the PBX."""

    def __init__(self, driver: Oktell, line: Line, command: Command) -> None:
        self.driver, self.line, self.command = driver, line, command
        user = driver.directory.user_at(command.extension)
        if user is None:
            raise NotDone("no_such_phone")
        self.user = user

    @property
    def chain(self) -> Chain:
        """The call that it is about, in which this telephone takes part."""
        chain = self.driver.floor.alive.get(self.command.call_key.lower())
        if chain is None:
            raise NotDone("no_such_call")
        if not chain.has(self.user):
            raise NotDone("not_yours")
        return chain

    async def ask(self, name: str, body: Body, *, until: Callable[[], bool]) -> None:
        """Until it shows. Raises NotDone as soon as it is refused."""
        whole = {**guesses.ask_as(self.driver.directory.login_of(self.user), self.user), **body}
        async with self.line.question(name, whole) as answer:
            answer.add_done_callback(self._tell)
            await self.wait(until, refusal=answer)

    async def wait(self, until: Callable[[], bool], *, refusal: asyncio.Future[Frame] | None = None) -> None:
        left = (self.command.until - datetime.now(UTC)).total_seconds() - MARGIN
        try:
            async with asyncio.timeout(max(left, 0)), self.driver.turned:
                while not until():
                    _insist_not_refused(refusal)
                    self._insist_connected()
                    await self.driver.turned.wait()
        except TimeoutError as late:
            raise NotDone("no_effect") from late

    def _insist_connected(self) -> None:
        if self.driver.line is not self.line:
            raise NotDone("cut")

    def _tell(self, _answer: asyncio.Future[Frame]) -> None:
        self.driver.tell_turned()


def _insist_not_refused(answer: asyncio.Future[Frame] | None) -> None:
    if answer is not None and answer.done() and not answer.cancelled() and not answer.result().succeeded:
        raise NotDone(guesses.trouble_of(answer.result()))


async def carry_out(driver: Oktell, line: Line, command: Command) -> Done:
    return await _ORDERS[command.do](_Order(driver, line, command))


async def _dial(order: _Order) -> Done:
    """The operator's own telephone rings first; done, once it was lifted and the other one is dialled."""
    floor, user = order.driver.floor, order.user
    if floor.of_user(user):
        raise NotDone("busy")
    before = set(floor.chains)

    def begun() -> Chain | None:
        mine = (chain for key, chain in floor.chains.items() if key not in before and chain.begun_by == user)
        return next(mine, None)

    body = {"number": order.command.number, "sequence": "user"}
    await order.ask("pbxautocallstart", body, until=lambda: begun() is not None)
    chain = begun()
    assert chain is not None  # that is what was waited for
    await order.wait(lambda: user not in chain.ringing)
    if not (chain.talking.get(user) or await _was_lifted(order)):
        raise NotDone("not_lifted")
    return Done(call_key=chain.key)


async def _was_lifted(order: _Order) -> bool:
    asked = guesses.ask_as(order.driver.directory.login_of(order.user), order.user)
    answer = await order.line.must_answer("getextendedlineinfo", asked)
    return guesses.was_lifted(answer)


async def _hang_up(order: _Order) -> Done:
    chain, user = order.chain, order.user
    if user in chain.ringing:
        name = "pbxautocallabort" if user == chain.begun_by else "pbxdeclinecall"
    else:
        name = "pbxabortcall"
    await order.ask(name, {}, until=lambda: not chain.has(user))
    return Done()


async def _transfer(order: _Order) -> Done:
    chain, user, number = order.chain, order.user, order.command.number
    if not chain.talks_with_client(user):
        raise NotDone("not_talking")
    chain.passing = (user, Way.BLIND, number)
    try:
        body = guesses.transfer(number, order.driver.dated)
        await order.ask(*body, until=lambda: not chain.talks_with_client(user))
    finally:
        chain.passing = None
    return Done()


async def _consult(order: _Order) -> Done:
    """Done, once the client hears music and the colleague is rung."""
    chain, user = order.chain, order.user
    if not chain.talks_with_client(user):
        raise NotDone("not_talking")
    chain.asked = order.command.number
    body = {"number": order.command.number, "sequence": "user"}
    await order.ask("pbxautocallstart", body, until=lambda: user in chain.holding)
    return Done()


async def _connect(order: _Order) -> Done:
    """Whoever puts down the receiver while a client waits gives him to the one he talks with."""
    chain, user = order.chain, order.user
    if user not in chain.holding:
        raise NotDone("nobody_asked")
    chain.passing = (user, Way.ATTENDED, chain.asked)
    try:
        await order.ask("pbxabortcall", {}, until=lambda: not order.driver.floor.of_user(user))
    finally:
        chain.passing = None
    return Done()


async def _come_back(order: _Order) -> Done:
    chain, user = order.chain, order.user
    if user not in chain.holding:
        raise NotDone("nobody_asked")

    def is_back() -> bool:
        return user not in chain.holding and chain.talks_with_client(user)

    await order.ask("pbxmakeflash", {"mode": "abort"}, until=is_back)
    return Done()


async def _pause(order: _Order) -> Done:
    return await _set_state(order, guesses.pause(order.command.reason, order.driver.breaks), guesses.PAUSED)


async def _resume(order: _Order) -> Done:
    return await _set_state(order, {"userstateid": guesses.READY}, guesses.READY)


async def _set_state(order: _Order, body: Body, wanted: int) -> Done:
    states = order.driver.floor.states
    await order.ask("setuserstate", body, until=lambda: states.get(order.user) == str(wanted))
    return Done()


_ORDERS: dict[Do, Callable[[_Order], Awaitable[Done]]] = {
    Do.DIAL: _dial,
    Do.HANG_UP: _hang_up,
    Do.TRANSFER: _transfer,
    Do.CONSULT: _consult,
    Do.CONNECT: _connect,
    Do.COME_BACK: _come_back,
    Do.PAUSE: _pause,
    Do.RESUME: _resume,
}
