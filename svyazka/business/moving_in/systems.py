"""A move of a system: how we get in is entered and tried, reading begins, stops, goes on; later only what is new."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.journal.record import About, record
from svyazka.business.moving_in import staging
from svyazka.business.moving_in.models import Account, MoveIn
from svyazka.business.moving_in.system import Access, System, of_code
from svyazka.business.staff.models import Person
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused
from svyazka.kit.strongbox import WrongKey
from svyazka.kit.texts import storable

LONGEST = 4000  # letters of one input
SLACK = timedelta(minutes=10)  # their clock may go another way than ours
State = MoveIn.State


def enter(code: str, typed: Mapping[str, str], *, by: Person) -> MoveIn:
    """How we get in is locked away; the worker tries it. Refused says what cannot be right, by its input."""
    if code not in settings.FOREIGN_SYSTEMS:
        raise Refused(_("Choose the system that you move over from."))
    kind = of_code(code)
    known = {one.name: storable(typed.get(one.name, "")).strip()[:LONGEST] for one in kind.inputs}
    if missing := [one.name for one in kind.inputs if one.is_needed and not known[one.name]]:
        raise Refused(_("Something is missing."), fields=dict.fromkeys(missing, _("This is needed.")))
    if wrong := [one.name for one in kind.inputs if one.is_secret and not _is_a_key(known[one.name])]:
        # It would not even fit into a question: nobody there would be heard to say no.
        raise Refused(_NO_KEY, fields=dict.fromkeys(wrong, _NO_KEY))
    given = {name: value for name, value in known.items() if value}
    system = kind(Access(given))
    try:
        return _begin(code, system.account[:100], given, by=by)
    finally:
        system.close()


def _is_a_key(typed: str) -> bool:
    return typed.isascii() and typed.isprintable()


_NO_KEY = _("A key has Latin letters, digits and signs only. Copy it once more.")


@transaction.atomic
def _begin(code: str, account: str, given: Mapping[str, str], *, by: Person) -> MoveIn:
    locked = secrets.lock_away(json.dumps(given))
    of, _made = Account.objects.update_or_create(source=code, account=account, defaults={"locked": locked})
    if before := of.moves.filter(state__in=(State.PAUSED, State.FAILED)).order_by("-pk").first():
        # It waited for another key.
        before.state = State.TRYING if before.state == State.FAILED else before.state
        before.by, before.fault = by, ""
        before.save(update_fields=["state", "by", "fault"])
        return before
    made = MoveIn.objects.create(**_of(of), by=by, state=State.TRYING)
    record("moving_in.entered", About("move_in", made.pk), by=by, changes={"name": (None, made.name)})
    return made


def _of(account: Account) -> dict[str, object]:
    return {
        "name": f"{of_code(account.source).title}: {account.account}"[:120],
        "source": account.source,
        "account": account,
        "origin": f"{account.source}/{account.account}",
        "titles": staging.titles(),
        "columns": staging.columns(),
        "makes_deals": True,
    }


@transaction.atomic
def read(given: MoveIn, *, by: Person) -> None:
    """From now on the worker reads all that it knows; also what was stopped."""
    current = MoveIn.objects.select_for_update().get(pk=given.pk)
    if current.state not in (State.TRIED, State.PAUSED):
        raise Refused(_("This move is at work already. Look at the new state."))
    current.by, current.state, current.fault = by, State.READING, ""
    current.began_at = current.began_at or clock.now()
    current.save(update_fields=["by", "state", "fault", "began_at"])
    record("moving_in.read", About("move_in", current.pk), by=by, changes={"name": (None, current.name)})


@transaction.atomic
def pause(given: MoveIn, *, by: Person) -> None:
    """After the page that is being read. It can go on from there at any time."""
    stopped = MoveIn.objects.filter(pk=given.pk, state=State.READING, account__isnull=False)
    if not stopped.update(state=State.PAUSED, resume_at=None):
        raise Refused(_("It has stopped already."))
    record("moving_in.stopped", About("move_in", given.pk), by=by, changes={"name": (None, given.name)})


@transaction.atomic
def read_newer(given: MoveIn, *, by: Person) -> MoveIn:
    """Once more, only what has changed there since."""
    account = Account.objects.select_for_update().filter(pk=given.account_id or 0).first()
    since = latest(given)
    if account is None or since is None:
        raise Refused(_("Only what has moved over can be followed."))
    if account.moves.exclude(state__in=(State.DONE, State.STOPPED, State.UNDONE, State.FAILED)).exists():
        raise Refused(_("Another move of this system has begun already: end it, or delete it."))
    made = MoveIn.objects.create(
        **_of(account),
        by=by,
        state=State.READING,
        since=since - SLACK,
        began_at=clock.now(),
        mapping=given.mapping,
        pipeline=given.pipeline,
    )
    record("moving_in.read", About("move_in", made.pk), by=by, changes={"name": (None, made.name)})
    return made


def latest(given: MoveIn) -> datetime | None:
    """When the last reading of this account began that has moved over."""
    done = MoveIn.objects.filter(account=given.account_id, state=State.DONE) if given.account_id else None
    return done.order_by("-began_at").values_list("began_at", flat=True).first() if done is not None else None


def opened(given: MoveIn) -> System:
    """Raises Refused. The caller closes it."""
    assert given.account is not None
    account = given.account
    return of_code(account.source)(Access(_taken_out(account), _keeper(account.pk)))


def _taken_out(account: Account) -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(secrets.take_out(account.locked))
    except WrongKey:
        raise Refused(_("The key does not open: that of the installation has changed. Enter it once more.")) from None
    return found


def _keeper(account_id: int) -> Callable[[Mapping[str, str]], None]:
    """Tokens that are used once stand there before they are used."""

    @transaction.atomic
    def keep(changed: Mapping[str, str]) -> None:
        account = Account.objects.select_for_update().get(pk=account_id)
        account.locked = secrets.lock_away(json.dumps({**_taken_out(account), **changed}))
        account.save(update_fields=["locked", "at"])

    return keep
