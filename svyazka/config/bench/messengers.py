"""Many messengers that bring what people wrote, as they do it: side by side, some of it twice, some in the wrong order,
and again until they hear that it was taken.

A process of its own, so that what it uses is not counted: `python -m svyazka.config.bench.messengers ORDERS`, with the
orders as JSON.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

import aiohttp

from svyazka.config.bench.base import WORDS

KEY, SECRET = "bench", "bench-secret-of-all"
CHANNEL = "e0629e11-0f67-4567-92a9-2237e91ec1b9"
KINDS = ("web_form", "telegram", "max", "whatsapp", "wazzup", "green_api")
TWICE, SWAPPED = 0.05, 0.05  # of all messages
PATIENCE = 90.0  # seconds in which a messenger tries again
SIDE_BY_SIDE = 64
WRITTEN = WORDS["written"]
NAME = WORDS["women"][2]


@dataclass(frozen=True)
class Said:
    """One message: who wrote it, the how-manieth of his, and when."""

    kind: str
    person: int
    number: int
    at: float

    @property
    def text(self) -> str:
        return f"{WRITTEN[(self.person + self.number) % len(WRITTEN)]} №{self.number:03d}"


@dataclass(frozen=True)
class Post:
    path: str
    headers: Mapping[str, str]
    body: bytes


def messages(*, total: int, people: int, seed: int, began: float, a_second: float) -> list[Said]:
    """Of so many people, who go on where they stopped. Each message is a second later than the one before of the same
    person, so that the order can be told; a form is filled in once."""
    chance, written = random.Random(seed), count()  # noqa: S311 - the same in each run
    so_far: dict[tuple[str, int], int] = {}
    found: list[Said] = []
    while len(found) < total:
        kind = chance.choice(KINDS)
        person = 10_000_000 * seed + next(written) if kind == "web_form" else 1000 * seed + chance.randrange(people)
        number = so_far[kind, person] = so_far.get((kind, person), 0) + 1
        found.append(Said(kind, person, number, began + len(found) / a_second + number))
    return found


def delivered(said: Sequence[Said], *, seed: int) -> list[Said]:
    """As they come: some twice, some before the one that was written earlier."""
    chance = random.Random(seed)  # noqa: S311 - the same in each run
    coming = list(said)
    for place in range(len(coming) - 1):
        if chance.random() < SWAPPED:
            other = min(place + chance.randrange(1, 40), len(coming) - 1)
            coming[place], coming[other] = coming[other], coming[place]
    for one in [one for one in coming if chance.random() < TWICE]:
        coming.insert(min(coming.index(one) + chance.randrange(1, 200), len(coming)), one)
    return coming


def post_of(one: Said) -> Post:
    path, headers, told = _TELL[one.kind](one)
    body = json.dumps(told).encode()  # escaped, as WhatsApp signs it
    if one.kind == "whatsapp":
        headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    return Post(f"/in/{path}/{KEY}-{one.kind}/", {"Content-Type": "application/json", **headers}, body)


def _form(one: Said) -> tuple[str, Mapping[str, str], object]:
    told = {"name": NAME, "phone": f"+79{one.person:09d}", "message": one.text, "tranid": str(one.person)}
    return "form", {}, told


def _telegram(one: Said) -> tuple[str, Mapping[str, str], object]:
    number = one.person * 1000 + one.number
    sender = {"id": 1_000_000 + one.person, "is_bot": False, "first_name": NAME}
    chat = {"id": sender["id"], "type": "private"}
    message = {"message_id": number, "date": int(one.at), "from": sender, "chat": chat, "text": one.text}
    return "telegram", {"X-Telegram-Bot-Api-Secret-Token": SECRET}, {"update_id": number, "message": message}


def _max(one: Said) -> tuple[str, Mapping[str, str], object]:
    moment = int(one.at * 1000)
    sender = {"user_id": 2_000_000 + one.person, "first_name": NAME, "is_bot": False}
    recipient = {"chat_id": 3_000_000 + one.person, "chat_type": "dialog", "user_id": 1}
    body = {"mid": f"mid.{one.person}.{one.number}", "seq": one.number, "text": one.text, "attachments": []}
    message = {"sender": sender, "recipient": recipient, "timestamp": moment, "body": body}
    told = {"update_type": "message_created", "timestamp": moment, "message": message}
    return "max", {"X-Max-Bot-Api-Secret": SECRET}, told


def _whatsapp(one: Said) -> tuple[str, Mapping[str, str], object]:
    wa_id = f"7911{one.person:07d}"
    message = {"from": wa_id, "id": f"wamid.{one.person}.{one.number}", "timestamp": str(int(one.at)), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "79001234567", "phone_number_id": "1065"},
        "contacts": [{"profile": {"name": NAME}, "wa_id": wa_id}],
        "messages": [{**message, "text": {"body": one.text}}],
    }
    entry = {"id": "1", "changes": [{"value": value, "field": "messages"}]}
    return "whatsapp", {}, {"object": "whatsapp_business_account", "entry": [entry]}


def _wazzup(one: Said) -> tuple[str, Mapping[str, str], object]:
    message = {
        "messageId": f"w-{one.person}-{one.number}",
        "channelId": CHANNEL,
        "chatType": "max",
        "chatId": str(4_000_000 + one.person),
        "dateTime": datetime.fromtimestamp(one.at, UTC).isoformat(),
        "type": "text",
        "status": "inbound",
        "contact": {"name": NAME},
        "text": one.text,
    }
    return "wazzup", {}, {"messages": [message]}


def _green_api(one: Said) -> tuple[str, Mapping[str, str], object]:
    told = {
        "typeWebhook": "incomingMessageReceived",
        "instanceData": {"idInstance": 1, "wid": "79161234567@c.us", "typeInstance": "whatsapp"},
        "timestamp": int(one.at),
        "idMessage": f"G{one.person}N{one.number}",
        "senderData": {"chatId": f"7922{one.person:07d}@c.us", "senderName": NAME},
        "messageData": {"typeMessage": "textMessage", "textMessageData": {"textMessage": one.text}},
    }
    return "green_api", {"Authorization": f"Bearer {SECRET}"}, told


_TELL: Mapping[str, Callable[[Said], tuple[str, Mapping[str, str], object]]] = {
    "web_form": _form,
    "telegram": _telegram,
    "max": _max,
    "whatsapp": _whatsapp,
    "wazzup": _wazzup,
    "green_api": _green_api,
}


async def bring(base: str, coming: Sequence[Said], *, a_second: float) -> dict[str, float]:
    """Each at its moment; says how long the answers took, and how often one had to be asked again."""
    took: list[float] = []
    again = count()
    free = asyncio.Semaphore(SIDE_BY_SIDE)
    async with aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=SIDE_BY_SIDE)) as session:
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for place, one in enumerate(coming):
                await asyncio.sleep(max(0.0, began + place / a_second - time.monotonic()))
                await free.acquire()
                group.create_task(_until_taken(session, post_of(one), took, again, free))
        lasted = time.monotonic() - began
    return {"seconds": lasted, "worst": max(took), "again": next(again), "sent": len(coming)}


async def _until_taken(
    session: aiohttp.ClientSession, post: Post, took: list[float], again: Iterator[int], free: asyncio.Semaphore
) -> None:
    began = time.monotonic()
    try:
        while time.monotonic() - began < PATIENCE:
            try:
                async with session.post(post.path, data=post.body, headers=post.headers) as answer:
                    if answer.status == 200:
                        return took.append(time.monotonic() - began)
            except (aiohttp.ClientError, OSError):
                pass
            next(again)
            await asyncio.sleep(0.25)
        raise TimeoutError(f"{post.path} was not taken")
    finally:
        free.release()


def main() -> None:
    orders = json.loads(sys.argv[1])
    plan = {name: orders[name] for name in ("total", "people", "seed", "began", "a_second")}
    coming = delivered(messages(**plan), seed=orders["seed"])
    print(json.dumps(asyncio.run(bring(orders["base"], coming, a_second=orders["a_second"]))), flush=True)


if __name__ == "__main__":
    main()
