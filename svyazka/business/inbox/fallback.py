"""A message that did not get there goes by the next way of the company's order; at last somebody rings.

Nobody knows whether an unsure one has arrived: that goes nowhere by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.clients.naming import called
from svyazka.business.conversations import files, messages, reach
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Attachment, Message
from svyazka.business.conversations.reach import WayTo
from svyazka.business.deals.models import Task
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.deals.work import tasks
from svyazka.business.inbox import threads
from svyazka.business.inbox.models import AnswerRules, FallenBack
from svyazka.business.inbox.rules import rules, ways
from svyazka.business.journal.record import About, Actor, announce, record
from svyazka.business.notices.models import Outage
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

LATELY = timedelta(days=1)
RING_WITHIN = timedelta(hours=1)
AT_ONCE = 50
LONGEST_TASK = 200


def go_round() -> int:
    """By the worker, from time to time: how many went another way, or became a task."""
    kept = rules()
    return sum(fall_back(number, why) for number, why in _due(kept))


@transaction.atomic
def fall_back(message_id: int, why: str) -> bool:
    """Once for each message, whoever comes first."""
    message = Message.objects.select_for_update().get(pk=message_id)
    line = messages.line_of(message)
    if line is None or FallenBack.objects.filter(pk=message.pk).exists():
        return False
    if message.state == Message.State.WAITING:
        messages.call_off(message, by=threads.HOUSE)
    elif message.state != Message.State.FAILED:
        return False
    author = Person.objects.filter(pk=message.by_id).first() if message.by_id else None
    sent = _by_next_way(message, line, by=author or threads.HOUSE)
    task = None if sent else _to_ring(line, author)
    _write(message, line, why=why, sent=sent, task=task, by=threads.HOUSE)
    if sent is None and author:
        tell([author.pk], "thread.fell_back", by=threads.HOUSE, client_id=line.client_id)
    return True


@transaction.atomic
def by_other_way(message: Message, *, account: str, user_id: str, by: Actor) -> Message:
    """A person sends it by a way of his own choice."""
    current = Message.objects.select_for_update().get(pk=message.pk)
    line = messages.line_of(current)
    if line is None or not current.is_ours or current.state not in (
        Message.State.FAILED, Message.State.UNSURE, Message.State.CALLED_OFF,
    ):  # fmt: skip
        raise Refused(_("This message is on its way already, or has arrived."))
    known = FallenBack.objects.filter(pk=current.pk).first()
    if known and known.by_message_id:
        raise Refused(_("It has gone by another channel already."))
    if account.partition("/")[0] not in settings.CHANNELS:
        raise Refused(_("There is no such channel."))
    sent = _say(current, line, account, user_id, by=by)
    if known:
        known.by_message_id = sent.pk
        known.save(update_fields=["by_message_id"])
    else:
        _write(current, line, why="by_hand", sent=sent, task=None, by=by)
    return sent


def in_their_place(message_ids: Collection[int]) -> dict[int, FallenBack]:
    """How those went on that did not get there. One question."""
    return FallenBack.objects.in_bulk(list(message_ids)) if message_ids else {}


def _due(kept: AnswerRules) -> list[tuple[int, str]]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _DUE, {"since": now - LATELY, "down": now - timedelta(minutes=kept.down_minutes), "most": AT_ONCE}
        )
        return list(cursor.fetchall())


_DUE = """
select m.id, 'failed' from conversations_message m
where m.is_ours and m.state = 'failed' and m.state_at > %(since)s
    and not exists (select from inbox_fallenback f where f.message_id = m.id)
union all
select m.id, case when not a.is_active then 'off' when r.closed_at is not null then 'closed' else 'down' end
from conversations_message m
join conversations_channelaccount a on a.code = m.account
left join notices_outage o on o.account = m.account and o.tries > 0 and o.since <= %(down)s
left join conversations_reach r on r.account = m.account and r.user_id = m.user_id and r.closed_at is not null
where m.is_ours and m.state = 'waiting' and m.try_at is not null
    and (not a.is_active or o.account is not null or r.id is not null)
    and not exists (select from inbox_fallenback f where f.message_id = m.id)
limit %(most)s
"""


def _by_next_way(message: Message, line: Interaction, *, by: Actor) -> Message | None:
    for way in _ways_left(message, line):
        try:
            with transaction.atomic():
                return _say(message, line, way.account, way.user_id, by=by)
        except Refused:  # too long for this one, or it takes no files
            continue
    return None


def _ways_left(message: Message, line: Interaction) -> Iterator[WayTo]:
    """Those of the company's order that lead to him now, and that this message has not been sent by."""
    order = ways()
    tried = set(_tried(message))
    silent = set(Outage.objects.filter(tries__gt=0).values_list("account", flat=True))
    open_ways = [way for way in reach.ways_of(line.client_id) if way.can_write and way.kind in order]
    for way in sorted(open_ways, key=lambda one: order.index(one.kind)):
        if (way.account, way.user_id) not in tried and way.account not in silent:
            yield way


def _tried(message: Message) -> Iterator[tuple[str, str]]:
    """By which ways it has been tried, along the chain of those that it stands in the place of."""
    current: Message | None = message
    while current is not None:
        yield current.account, current.user_id
        before = FallenBack.objects.filter(by_message_id=current.pk).values_list("pk", flat=True).first()
        current = Message.objects.filter(pk=before).first() if before else None


def _say(message: Message, line: Interaction, account: str, user_id: str, *, by: Actor) -> Message:
    kept = message.files.filter(state=Attachment.State.KEPT).order_by("number")
    attached = [Attached(one.name, one.type, files.read(one)) for one in kept]
    return messages.say(
        line.client_id, line.text, account=account, user_id=user_id, deal_id=line.deal_id, files=attached, by=by,
        subject=str(message.more.get("subject") or ""),
    )  # fmt: skip


def _to_ring(line: Interaction, author: Person | None) -> Task | None:
    """For whoever wrote, else for whoever looks after the client; of nobody, where he has no number."""
    points = list(ContactPoint.objects.filter(client_id=line.client_id).order_by("pk"))
    if not rules().rings or not any(point.kind == ContactPoint.Kind.PHONE for point in points):
        return None
    client = Client.objects.get(pk=line.client_id)
    deal = open_deal_of(client)
    thread = threads.of_client(line.client_id)
    person = author or (thread.responsible if thread else None)
    if person is None and deal is None:
        return None
    with translation.override(settings.LANGUAGE_CODE):
        what = str(_("Ring {client}: a message did not get there")).format(client=called(client, points))
    due_at = clock.now() + RING_WITHIN
    return tasks.plan(deal, what[:LONGEST_TASK], due_at=due_at, kind=Task.Kind.CALL, person=person, by=threads.HOUSE)


def _write(
    message: Message, line: Interaction, *, why: str, sent: Message | None, task: Task | None, by: Actor
) -> None:
    FallenBack.objects.create(
        message_id=message.pk,
        client_id=line.client_id,
        at=clock.now(),
        why=why,
        by_message_id=sent.pk if sent else None,
        task_id=task.pk if task else None,
    )
    about = About("thread", line.client_id, client_id=line.client_id, deal_id=line.deal_id)
    record("inbox.fell_back", about, by=by)
    announce("interaction", line.pk, data={"client": line.client_id})
