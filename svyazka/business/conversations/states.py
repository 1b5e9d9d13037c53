"""What becomes of a message of ours: it only goes forward, whatever comes late or twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import EarlyState, Message
from svyazka.business.conversations.told import MessageState
from svyazka.business.journal.record import announce
from svyazka.kit import clock

State = Message.State
_FORWARD: Mapping[str, int] = {
    state: place
    for place, state in enumerate((State.WAITING, State.SENDING, State.UNSURE, State.SENT, State.DELIVERED, State.READ))
}
KEPT = timedelta(days=1)


@transaction.atomic
def state_told(told: MessageState, *, account: str) -> Message | None:
    """None: no message of ours is known by this number yet. What is told is kept until it is."""
    hold_number(account, told.outside_id)
    message = _meant(told, account)
    if message is None:
        _keep(told, account)
        return None
    if told.outside_id and not message.outside_id:
        message.outside_id = told.outside_id
        message.save(update_fields=["outside_id"])
    move_on(message, told.state, at=told.at, reason=told.reason)
    return message


def hold_number(account: str, outside_id: str) -> None:
    """Until the end of the transaction: what is told of a number, and that it is ours, wait for each other."""
    if outside_id:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"message {account} {outside_id}"])


def catch_up(message: Message) -> None:
    """Its number is known now: what was told of it before. Inside the transaction that holds the number."""
    early = EarlyState.objects.filter(account=message.account, outside_id=message.outside_id)
    for told in early.order_by("at", "pk"):
        move_on(message, told.state, at=told.at, reason=told.reason)
    early.delete()


def move_on(message: Message, state: str, *, at: datetime, reason: str = "") -> bool:
    """Of a message that is held. A failure ends it, unless it has been delivered."""
    if not _goes_on(message.state, state):
        return False
    message.state, message.state_at, message.try_at = state, at, None
    message.reason = reason[:300] if state in (State.FAILED, State.UNSURE) else ""
    message.save(update_fields=["state", "state_at", "try_at", "reason"])
    tell_pages(message)
    return True


def tell_pages(message: Message) -> None:
    """Who looks at its line in the history sees it."""
    lines = Interaction.objects.filter(pk=message.interaction_id, at=message.at)
    for client, deal in lines.values_list("client_id", "deal_id"):
        announce("interaction", message.interaction_id, data={"client": client, **({"deal": deal} if deal else {})})


def forget_old() -> None:
    EarlyState.objects.filter(at__lt=clock.now() - KEPT).delete()


def _goes_on(now: str, told: str) -> bool:
    if now not in _FORWARD:
        return False
    if told == State.FAILED:
        return _FORWARD[now] < _FORWARD[State.DELIVERED]
    return told in _FORWARD and _FORWARD[told] > _FORWARD[now]


def _meant(told: MessageState, account: str) -> Message | None:
    ours = Message.objects.select_for_update().filter(account=account, is_ours=True)
    if told.key and (message := ours.filter(key=told.key).first()):
        return message
    return ours.filter(outside_id=told.outside_id).exclude(outside_id="").first() if told.outside_id else None


def _keep(told: MessageState, account: str) -> None:
    if told.outside_id and told.state in (*_FORWARD, State.FAILED):
        EarlyState.objects.create(
            account=account, outside_id=told.outside_id, state=told.state, at=told.at, reason=told.reason[:300]
        )
