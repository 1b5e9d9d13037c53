"""`svyazka worker`: hears the bell, and does what somebody waits for. `svyazka chores`: the rest, after all else."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, connections

from svyazka.business.agreements import delivering as agreements
from svyazka.business.automation import follow, run, sweep, trial
from svyazka.business.automation import log as rules_log
from svyazka.business.calls import commands
from svyazka.business.calls.floor import counting
from svyazka.business.calls.recordings import fetch, keeping
from svyazka.business.clients.matching import commonness, filing
from svyazka.business.conversations import asking, bots, fetching, states, templates
from svyazka.business.conversations import sending as messages
from svyazka.business.deals.handing import coming_back
from svyazka.business.deals.known import searched
from svyazka.business.deals.work import reminding
from svyazka.business.duplicates import merging, refitting, searching
from svyazka.business.files import keeping as kept_files
from svyazka.business.files import shrinking, uploads
from svyazka.business.imports import going_on, upload
from svyazka.business.inbox import fallback, routing, threads
from svyazka.business.intake import about, chores, left_behind, reckoning, tally
from svyazka.business.intake.work_off import work_off, work_off_awaited, work_off_quiet
from svyazka.business.journal import bell
from svyazka.business.money import online, refunds, statements
from svyazka.business.moving_in import going_on as moving_in
from svyazka.business.moving_in import upload as moves
from svyazka.business.notices import delivering, sending
from svyazka.business.offers import delivering as offer_papers
from svyazka.business.offers.offers import expire_due
from svyazka.business.parameters import rounds as parameters
from svyazka.business.personal_data import erasing, papers
from svyazka.business.personal_data import files as data_files
from svyazka.business.places import placing
from svyazka.business.problems import rounds as problems
from svyazka.business.sorting import learning as sorting
from svyazka.business.visits import (
    client_sending,
    day_plans,
    holding,
    measuring,
    offer_letters,
    on_the_map,
    remind_clients,
    seeking,
    waiting_round,
)
from svyazka.business.visits.planning import night
from svyazka.business.visits.road import follow_up, phones, tomorrow
from svyazka.business.visits.road import sending as road_news
from svyazka.config import giving_way, memory, planning
from svyazka.config.database import WORKER
from svyazka.workplaces.shared import push

POLL = 1.0  # seconds; a bell can be lost
SHARE = 9  # a round rests for so many times as long as it took
AT_CLIENTS = 0.3  # seconds until somebody looks again whether there is something to write
TEMPLATES = 3600.0  # seconds between two questions after what messengers have approved
EXPIRED = 300.0
PACE = 0.5  # between two turns of what nobody waits for
LYING = timedelta(seconds=5)  # then the worker does that, too: nobody is there for the chores
ROUNDS_BELL = "svyazka-rounds"
# What is done from time to time, and after how many seconds again; each sees to it that one worker at a time does it.
ROUNDS: tuple[tuple[Callable[[], object], float], ...] = (
    (chores.do_chores, 3600.0),
    (trial.forget_old, 3600.0),
    (problems.sweep_all, 60.0),
    (problems.sweep_changed, 1.0),  # at the first bell after that time
    (problems.count_stays, 3600.0),
    (problems.morning, 30.0),
    (parameters.go_round, 1.0),
    (parameters.count_on, 2.0),
    (coming_back.go_round, 30.0),
    (reminding.remind_of_questions, 30.0),
    (searched.go_round, 5.0),
    (filing.go_round, 5.0),
    (merging.gather_lately, 60.0),
    (commonness.count_anew, 21_600.0),
    (upload.forget_old, 3600.0),
    (moves.forget_old, 3600.0),
    (data_files.forget_old, 600.0),
    (states.forget_old, 3600.0),
    (papers.forget_old, 3600.0),
    (kept_files.purge_removed, 3600.0),
    (uploads.forget_old, 3600.0),
    (commands.give_up_late, 5.0),
    (left_behind.end_calls, 60.0),
    (counting.fold_in, 1.0),
    (tally.fold_in, 5.0),
    (reckoning.go_round, 10.0),
    (keeping.tidy_up, 600.0),
    (measuring.at_night, 1800.0),
    (on_the_map.want_ahead, 60.0),
    (holding.let_lapse, 10.0),
    (day_plans.pack_ahead, 5.0),
    (day_plans.forget_past, 3600.0),
    (night.go_round, 600.0),
    (remind_clients.remind_due, 60.0),
    (road_news.send_due, 3.0),
    (follow_up.follow_up, 5.0),
    (phones.look, 20.0),
    (tomorrow.tell_due, 60.0),
    (fallback.go_round, 5.0),
    (threads.wake_due, 20.0),
    (about.sort_noted, 60.0),
    (routing.escalate_due, 10.0),
    (sweep.sweep, 60.0),
    (rules_log.forget_old, 600.0),
    (online.go_round, 1.0),
    (refunds.go_round, 1.0),
)

log = structlog.get_logger(__name__)


class Stop(Exception):
    """Told to end."""


def main() -> None:
    told = _told()
    _begin("notices", beside, send_notices, told)
    for kind in settings.CHANNELS:
        _begin(f"to clients by {kind}", beside, partial(write_to_clients, kind), told, AT_CLIENTS)
    for kind in settings.MESSENGERS:
        # Each in a thread of its own: one that is blocked must not hold up the others.
        _begin(kind, beside, partial(speak, kind), told, delivering.ROUND)
    _begin("rules", beside, act_by_rules, told, 0.5)
    _begin("rules outside", beside, run.work_off_outside, told)
    _begin("attachments", beside, partial(fetching.fetch_due, bots.reach), told)
    ledger = AtTheBell(Ledger(), name=WORKER)
    while not told:
        try:
            ledger.turn()
        except (DatabaseError, psycopg.Error) as failure:
            log.warning("database_lost", failure=type(failure).__name__)
            ledger.let_go()
            time.sleep(POLL)
    ledger.let_go()


def do_chores() -> None:
    giving_way.give_way()
    told = _told()
    _begin("imports", beside, going_on.go_on, told)
    _begin("bank statements", beside, statements.go_on, told)
    _begin("duplicates", beside, look_for_duplicates, told)
    _begin("sorting", beside, sorting.go_on, told)
    _begin("trials", beside, trial.go_on, told)
    _begin("moving_in", beside, moving_in.go_on, told)
    _begin("data files", beside, data_files.go_on, told)
    _begin("erasing", beside, erasing.go_on, told)
    _begin("files", beside, look_at_files, told)
    _begin("recordings", beside, fetch.fetch_due, told)
    _begin("places", beside, placing.ask_due, told)
    _begin("plans", beside, planning.begin_what_is_waited_for, told)
    _begin("windows", beside, seeking.go_on, told)
    _begin("waiting", beside, waiting_round.go_round, told, 5.0)
    _begin("letters", beside, client_sending.send_due, told)
    _begin("states", beside, ask_for_states, told, 60.0)
    _begin("offers", beside, offer_letters.send_due, told)
    _begin("agreements", beside, agreements.go_on, told)
    _begin("offer_papers", beside, offer_papers.go_on, told)
    _begin("expired_offers", beside, expire_due, told, EXPIRED)
    _begin("templates", beside, templates.refresh_due, told, TEMPLATES)
    _begin("rounds", beside, AtTheBell(Rounds(), name=ROUNDS_BELL, channel=bell.NEWS).turn, told, 0.2)
    beside(quiet_calls, told, PACE)


def _told() -> list[int]:
    """Signals to end, as they come."""
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _frame: told.append(signum))
    memory.settle()
    return told


def _begin(name: str, work: Callable[..., object], *given: object) -> None:
    threading.Thread(target=work, args=given, name=name, daemon=True).start()


def beside(work: Callable[[], object], told: list[int], pause: float = POLL) -> None:
    """Beside the ledger, which must not wait for it: a push service that does not answer, a file of many lines.
    `work` says whether there is more to do at once. What fails is left to a later round: the thread must not end.
    While it rests, others have its connection: there are more threads than the pool has."""
    while not told:
        try:
            if work():
                continue
        except Exception as failure:
            log.warning("work_failed", work=threading.current_thread().name, failure=type(failure).__name__)
        connections.close_all()
        time.sleep(pause)
    connections.close_all()


def send_notices() -> object:
    return sending.send_due(push.write)


def act_by_rules() -> bool:
    """What has happened becomes runs, and those that are due act. What an action did is heard in the next round."""
    begun = follow.follow()
    return bool(run.work_off() or begun)


def speak(kind: str) -> None:
    """One round. It says nothing of more to do: the next one has to wait its second."""
    delivering.deliver_due(kind, push.write, bots.reach)


def write_to_clients(kind: str) -> None:
    messages.send_due(kind, bots.reach, rest=messages.ROUND)


def ask_for_states() -> None:
    """One round. It says nothing of more to do: whoever is asked too often lets nobody in."""
    asking.ask_round(bots.reach)


def look_for_duplicates() -> bool:
    """A piece of each, so that neither waits until the other has ended."""
    return searching.go_on() | refitting.go_on()


def look_at_files() -> bool:
    return uploads.go_on() | shrinking.go_on()


def quiet_calls() -> None:
    """One turn. It says nothing of more to do: what comes meanwhile had better be done together. If one of them rings
    just now, the worker has found it in our hands."""
    for _done in work_off_quiet():
        bell.ring(bell.ARRIVALS)


class AtTheBell:
    """Something that is done at each bell, and a while after the last one."""

    def __init__(self, work: Callable[[], object], *, name: str, channel: str = bell.ARRIVALS) -> None:
        self.work = work
        self.name = name
        self.channel = channel
        self.bell: psycopg.Connection[Any] | None = None
        self.signs_at = 0.0

    def turn(self) -> None:
        if self.bell is None or self.bell.closed:
            self.bell = psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True, application_name=self.name)
            self.bell.execute(f"listen {self.channel}")
        # The sign of life that pg_stat_activity shows; also while there is so much to do that nobody waits.
        if time.monotonic() >= self.signs_at:
            self.bell.execute("select 1")
            self.signs_at = time.monotonic() + POLL
        if not self.work():
            self._wait()

    def _wait(self) -> None:
        assert self.bell is not None
        for _heard in self.bell.notifies(timeout=POLL, stop_after=1):
            pass

    def let_go(self) -> None:
        if self.bell is not None:
            with contextlib.suppress(psycopg.Error):
                self.bell.close()
            self.bell = None
        connections.close_all()


class Ledger:
    """What somebody waits for, at every bell; and from time to time what should have been done by the chores."""

    def __init__(self) -> None:
        self.looks_at = 0.0

    def __call__(self) -> int:
        if time.monotonic() < self.looks_at:
            return work_off_awaited()
        done = work_off(lying=LYING)
        self.looks_at = time.monotonic() + POLL
        return done


class Rounds:
    """What is due of them. A sweep over all deals takes seconds: the ledger, with a phone that rings, does not wait.
    At a rush, when each takes long, it comes less often: none takes more than a tenth of the time."""

    def __init__(self) -> None:
        self.due_at = dict.fromkeys(ROUNDS, 0.0)

    def __call__(self) -> None:
        for work, every in ROUNDS:
            began = time.monotonic()
            if began >= self.due_at[work, every]:
                self._go(work)
                ended = time.monotonic()
                self.due_at[work, every] = ended + max(every, SHARE * (ended - began))

    def _go(self, work: Callable[[], object]) -> None:
        """One that fails does not hold up those behind it; its turn comes again."""
        try:
            work()
        except Exception as failure:
            log.warning("round_failed", work=f"{work.__module__}.{work.__name__}", failure=type(failure).__name__)
            connections.close_all()
