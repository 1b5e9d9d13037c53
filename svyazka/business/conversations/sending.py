"""What we write to clients goes out: by the worker, in order in each chat, as often as needed and no message twice.

For each kind of channel one worker of all is at it, as long as its connection to the database stands. That a message is
begun is written before its channel is asked, and what became of it afterwards. So what is begun when a round begins was
left behind by a worker that is gone: where the channel knows our key, it is sent again; where it does not, nobody knows
whether it was sent, and a person decides.

A message that waits holds up what comes after it in its chat, and nothing else. A channel that does not answer has an
`Outage` and is left alone for a while, longer each time.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations import channel as channels
from svyazka.business.conversations import files, messages, reach, states
from svyazka.business.conversations.channel import Channel, Said, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.conversations.models import Attachment, Message, Reach
from svyazka.business.conversations.states import State
from svyazka.business.notices import outages
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.business.notices.models import Outage
from svyazka.kit import clock, rows
from svyazka.kit.alone import alone
from svyazka.kit.strongbox import WrongKey

ROUND = 1.0  # seconds at least from one to the next, where there was something to send
SIDE_BY_SIDE, OF_ONE_ACCOUNT = 8, 4
WORTH_SAYING = timedelta(hours=6)
MOST_TRIES = 8  # of a message that does not get through while others do
LOCKS = 5_219 << 32
# How an account is reached now; None: it is switched off, or forbidden.
AccessTo = Callable[[str], Access | None]
Came = Said | Exception

log = structlog.get_logger(__name__)


def send_due(kind: str, access_to: AccessTo, *, rest: float = 0.0) -> int:
    """One round of all accounts of a kind; how many messages it was. `rest`: so long, in all, nobody begins another."""
    if not _is_anything_due(kind):
        return 0
    began = time.monotonic()
    with alone(LOCKS + zlib.crc32(kind.encode())) as nobody_else:
        if not nobody_else:
            return 0
        _take_up_left_behind(kind)
        due = [one for one in _due(kind) if not _is_over(one)]
        if due:
            _Round(due, access_to).go()
            time.sleep(max(0.0, began + rest - time.monotonic()))
        return len(due)


def resume(account: str) -> None:
    """The account has answered: what waited for it goes out now."""
    now = clock.now()
    Message.objects.filter(account=account, state=State.WAITING, try_at__gt=now).update(try_at=now)


def _is_anything_due(kind: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_ANYTHING, [f"{kind}/", clock.now()])
        return bool(cursor.fetchall())


_ANYTHING = """
select 1 from conversations_message where try_at is not null and starts_with(account, %s) and try_at <= %s limit 1
"""


def _due(kind: str) -> list[Message]:
    """The first of each chat, and of each account as many as it takes in a second."""
    given = {"kind": f"{kind}/", "now": clock.now(), "most": channels.a_second(kind)}
    return rows.read(Message, _DUE, given)


_DUE = """
join (
    select id, row_number() over (partition by account order by try_at, id) as place
    from (
        select distinct on (account, user_id) id, account, try_at from conversations_message
        where try_at is not null and starts_with(account, %(kind)s) order by account, user_id, id
    ) as first
    where try_at <= %(now)s
      and not exists (select from notices_outage o where o.account = first.account and o.until > %(now)s)
) as due using (id)
where place <= %(most)s order by try_at, id
"""


def _take_up_left_behind(kind: str) -> None:
    left = Message.objects.filter(account__startswith=f"{kind}/", try_at__isnull=False, state=State.SENDING)
    for message in left.order_by("pk"):
        if channels.of_kind(kind).repeats:
            _back(message, clock.now())
        else:
            _settle(message, Unsure())


def _is_over(message: Message) -> bool:
    """Too old to be worth saying."""
    asked_at = message.more.get("again")
    since = datetime.fromisoformat(asked_at) if asked_at else message.at
    if since >= clock.now() - WORTH_SAYING:
        return False
    _end_now(message, messages.TOO_LATE)
    return True


class _Round:
    """Each message in a thread of its own, which asks nothing of the database. After the first trouble of an account
    nothing more of it is tried."""

    def __init__(self, due: Sequence[Message], access_to: AccessTo) -> None:
        self._waiting = list(due)
        self._sayings = _sayings(due)
        self._files = _files(due)
        self._stopped: set[str] = set()
        self._channels = {code: self._opened(code, access_to) for code in sorted({one.account for one in due})}
        self._worked: set[str] = set()
        self._under_way: dict[Future[Came], Message] = {}

    def go(self) -> None:
        try:
            with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
                self._begin(pool)
                while self._under_way:
                    for future in wait(self._under_way, return_when=FIRST_COMPLETED).done:
                        self._ended(self._under_way.pop(future), future.result())
                    self._begin(pool)
            for account in self._worked - self._stopped:
                outages.over(account)
        finally:
            for channel in filter(None, self._channels.values()):
                channel.close()

    def _opened(self, code: str, access_to: AccessTo) -> Channel | None:
        """An account whose secret does not open keeps no other."""
        try:
            access = access_to(code)
        except WrongKey:
            self._stopped.add(code)
            with transaction.atomic():
                outages.pause(code, Outage.Why.DENIED)
            return None
        return channels.of_account(code)(access) if access else None

    def _begin(self, pool: ThreadPoolExecutor) -> None:
        while len(self._under_way) < SIDE_BY_SIDE and (message := self._next()):
            channel = self._channels[message.account]
            if channel is None:
                _end_now(message, messages.SWITCHED_OFF)
            elif _begun(message):
                sent = pool.submit(_send, channel, self._sayings[message.pk], self._files.get(message.pk, ()))
                self._under_way[sent] = message

    def _next(self) -> Message | None:
        """What is not begun any more stays as it is: it waits."""
        self._waiting = [one for one in self._waiting if one.account not in self._stopped]
        busy = [one.account for one in self._under_way.values()]
        message = next((one for one in self._waiting if busy.count(one.account) < OF_ONE_ACCOUNT), None)
        if message:
            self._waiting.remove(message)
        return message

    def _ended(self, message: Message, came: Came) -> None:
        if isinstance(came, Denied | Unreached):
            self._stopped.add(message.account)
        elif isinstance(came, Said):
            self._worked.add(message.account)
        _settle(message, came)


def _sayings(due: Sequence[Message]) -> dict[int, Saying]:
    """Without their files, which are read when it is their turn."""
    lines = {one.pk: one for one in Interaction.objects.filter(
        pk__in=[one.interaction_id for one in due], at__in=[one.at for one in due]
    )}  # fmt: skip
    reached = Reach.objects.filter(account__in={one.account for one in due}, user_id__in={one.user_id for one in due})
    addresses = {(one.account, one.user_id): one.address for one in reached}
    answered = Message.objects.filter(pk__in=[one.answers_id for one in due if one.answers_id])
    numbers = dict(answered.values_list("pk", "outside_id"))
    return {
        one.pk: Saying(
            key=one.key,
            to=one.user_id,
            text=lines[one.interaction_id].text if one.interaction_id in lines else "",
            address=addresses.get((one.account, one.user_id), {}),
            buttons=messages.buttons_of(one),
            answers=numbers.get(one.answers_id or 0, ""),
            template=messages.template_of(one),
            more={key: value for key, value in one.more.items() if key in ("subject", "references")},
        )
        for one in due
    }


def _files(due: Sequence[Message]) -> Mapping[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    kept = Attachment.objects.filter(message__in=[one.pk for one in due], state=Attachment.State.KEPT)
    for one in kept.order_by("message_id", "number"):
        found.setdefault(one.message_id, []).append(one)
    return found


def _begun(message: Message) -> bool:
    """Written before its channel is asked. False: somebody has called it off."""
    waiting = Message.objects.filter(pk=message.pk, state=State.WAITING)
    return bool(waiting.update(state=State.SENDING, state_at=clock.now(), tries=message.tries + 1))


def _send(channel: Channel, saying: Saying, attachments: Sequence[Attachment]) -> Came:
    """In a thread of its own. What went wrong is logged without to whom."""
    try:
        given = tuple(Attached(one.name, one.type, files.read(one)) for one in attachments)
        return channel.say(_with_files(saying, given) if given else saying)
    except FileNotFoundError:
        return Undeliverable("file")
    except (Undeliverable, Denied, Unreached, Unsure) as refusal:
        return refusal
    except Exception as failure:
        log.exception("message_broke", key=saying.key)
        return Unsure(type(failure).__name__)


def _with_files(saying: Saying, given: Sequence[Attached]) -> Saying:
    return Saying(**{**vars(saying), "files": given})


@transaction.atomic
def _settle(message: Message, came: Came) -> None:
    account = message.account
    if isinstance(came, Said) and came.outside_ids:
        states.hold_number(account, came.outside_ids[0])  # before the row: as whoever tells of the number does
    current = Message.objects.select_for_update().get(pk=message.pk)
    now = clock.now()
    if isinstance(came, Said):
        messages.answered(current, came.outside_ids)
        _let_rest(current, now)
    elif isinstance(came, Closed):
        reach.closed(account, current.user_id, at=now)
        _end_chat(current)
    elif isinstance(came, Undeliverable):
        _end(current, messages.refused(str(came)))
    elif isinstance(came, Denied):
        _back(current, outages.pause(account, Outage.Why.DENIED))
    elif isinstance(came, Unreached):
        log.info("message_not_sent", account=account, trouble=str(came))
        _back_or_end(current, came)
    else:
        states.move_on(current, State.UNSURE, at=now, reason=messages.NO_ANSWER)


def _back_or_end(message: Message, trouble: Unreached) -> None:
    """What does not get through again and again, while other messages do, must not hold them up for ever."""
    others = Message.objects.filter(account=message.account, is_ours=True, state__in=[State.SENT, State.DELIVERED])
    if message.tries >= MOST_TRIES and others.filter(state_at__gt=message.at).exists():
        _end(message, messages.refused(str(trouble)))
    else:
        _back(message, outages.pause(message.account, Outage.Why.UNREACHED, after=trouble.after))


def _back(message: Message, until: datetime) -> None:
    """Nothing was sent: it waits for its next turn."""
    sending = Message.objects.filter(pk=message.pk, state=State.SENDING)
    sending.update(state=State.WAITING, state_at=clock.now(), try_at=until)


@transaction.atomic
def _end_now(message: Message, reason: str) -> None:
    _end(Message.objects.select_for_update().get(pk=message.pk), reason)


def _end(message: Message, reason: str) -> None:
    states.move_on(message, State.FAILED, at=clock.now(), reason=reason)


def _end_chat(message: Message) -> None:
    """Nothing of what waits for him will be taken either."""
    _end(message, messages.BLOCKED)
    waiting = Message.objects.select_for_update().filter(
        account=message.account, user_id=message.user_id, state=State.WAITING, try_at__isnull=False
    )
    for one in waiting:
        _end(one, messages.BLOCKED)


def _let_rest(message: Message, now: datetime) -> None:
    """What comes next in this chat goes out no sooner than the channel allows."""
    pause = channels.chat_rest(message.account.partition("/")[0])
    following = Message.objects.filter(account=message.account, user_id=message.user_id, try_at__lt=now + pause)
    following.exclude(state=State.SENDING).update(try_at=now + pause)
