"""`svyazka bench channels`: two hundred messages a second by all channels that call us, to the history of each client.

The messengers are a process of their own (messengers.py). At the end each chat is compared with what was written in it.
Letters do not come this way: a mailbox is asked, and its figures would be those of the mail server.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from svyazka.config.bench import messengers, processor
from svyazka.config.bench.messengers import KEY, KINDS, SECRET, Said
from svyazka.config.bench.pages import PAGES, House, house_with
from svyazka.config.bench.report import Row
from svyazka.kit.strongbox import strongbox

A_SECOND = 200.0
PEOPLE = 400  # in each messenger
SETTLES_WITHIN = 300.0
STRUCK = (" worker", PAGES, " worker", "svyazka.edge", " worker", PAGES, " chores")  # whom it hits, in this order


@dataclass(frozen=True)
class Run:
    """`right`: the share of the messages that stand where they belong, once, in their order."""

    right: float
    doubled: int
    missing: int
    cpu: float  # milliseconds for each message
    behind: float  # seconds from the last message to the last line of the history
    again: float
    worst: float


def rows(quick: bool) -> list[Row]:
    seconds = 10 if quick else 60
    with house_with(2_000 if quick else 20_000) as house:
        _open(house)
        _brought(house, seconds=5, seed=1)  # warm
        plain = _brought(house, seconds=seconds, seed=2)
        struck = _brought(house, seconds=seconds, seed=3, strikes=True)
    return [
        Row("a message in all: door, worker, database", plain.cpu, "CPU ms", must=8, aim=4),
        Row("messages in their thread, once, in their order", 100 * plain.right, "%", better="higher", must=100),
        Row("the last one in the history after the last came in", plain.behind, "s"),
        Row("the slowest answer to a messenger", 1000 * plain.worst, "ms"),
        Row("the same with kill -9 of worker, pages, door", 100 * struck.right, "%", better="higher", must=100),
        Row("of it doubled", float(struck.doubled), "", must=0),
        Row("of it missing", float(struck.missing), "", must=0),
        Row("of it brought again by the messengers", struck.again, ""),
    ]


def _open(house: House) -> None:
    key = (house.cluster.parent / "secret.key").read_text().strip()
    signing = strongbox(key).lock_away(SECRET)
    print_of = hashlib.sha256(SECRET.encode()).hexdigest()
    with psycopg.connect(house.url, autocommit=True) as connection:
        for kind in KINDS:
            shown = "" if kind in ("web_form", "wazzup", "whatsapp") else print_of
            connection.execute(_ACCOUNT, [kind, f"{kind}/bench", kind, f"{KEY}-{kind}", shown, signing])


_ACCOUNT = """
insert into conversations_channelaccount
    (kind, code, name, public_key, secret_fingerprint, secret, origins, is_active, signing)
values (%s, %s, %s, %s, %s, '', '[]', true, %s)
"""


def _brought(house: House, *, seconds: int, seed: int, strikes: bool = False) -> Run:
    total, behind_us = int(seconds * A_SECOND), time.time() - 86_400.0
    plan = {"total": total, "people": PEOPLE, "seed": seed, "began": behind_us}
    orders = {**plan, "a_second": A_SECOND, "base": f"http://127.0.0.1:{house.visitor.connection.port}"}
    before = processor.used(house.process, house.cluster)
    words = [sys.executable, "-m", "svyazka.config.bench.messengers", json.dumps(orders)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as bringing:
        if strikes:
            _strike(house, bringing, seconds=seconds, seed=seed)
        assert bringing.stdout is not None
        told = json.loads(bringing.stdout.read() or "{}")
    if bringing.returncode:
        raise RuntimeError("The messengers were not heard out.")
    behind = _until_settled(house)
    used = processor.used(house.process, house.cluster) - before
    said = messengers.messages(total=total, people=PEOPLE, seed=seed, began=behind_us, a_second=A_SECOND)
    right, doubled, missing = _compared(house, said)
    return Run(right, doubled, missing, used / len(said), behind, told["again"], told["worst"])


def _strike(house: House, bringing: subprocess.Popen[str], *, seconds: int, seed: int) -> None:
    """`kill -9`, at moments that nobody has chosen."""
    chance = random.Random(seed)  # noqa: S311 - the same in each run
    for moment, named in zip(sorted(chance.uniform(0, seconds) for _ in STRUCK), STRUCK, strict=True):
        began = time.monotonic()
        while bringing.poll() is None and time.monotonic() - began < moment / len(STRUCK):
            time.sleep(0.05)
        for process in processor.called(house.process, named)[:1]:
            os.kill(process, signal.SIGKILL)


def _until_settled(house: House) -> float:
    began = time.monotonic()
    with psycopg.connect(house.url, autocommit=True) as connection:
        while connection.execute(_PENDING).fetchone() != (False,):
            if time.monotonic() - began > SETTLES_WITHIN:
                raise TimeoutError("Not everything was worked off.")
            time.sleep(0.1)
        stuck = connection.execute("select count(*) from intake_arrival where state = 'stuck'").fetchone()
    if stuck != (0,):
        raise RuntimeError(f"{stuck} arrivals of the bench are stuck.")
    return time.monotonic() - began


_PENDING = "select exists (select from intake_arrival where state in ('new', 'again'))"


def _compared(house: House, said: Sequence[Said]) -> tuple[float, int, int]:
    """What stands in the history of each chat, beside what was written there."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for one in said:
        wanted.setdefault((f"{one.kind}/bench", _user(one)), []).append(one.text)
    began = min(one.at for one in said)
    with psycopg.connect(house.url) as connection:
        lines = connection.execute(_LINES, {"since": began - 1}).fetchall()
    there: dict[tuple[str, str], list[str]] = {}
    for account, user, text in lines:
        there.setdefault((account, user), []).append(text)
    right = sum(len(texts) for chat, texts in wanted.items() if there.get(chat) == texts)
    doubled = sum(max(0, len(there.get(chat, ())) - len(texts)) for chat, texts in wanted.items())
    missing = sum(len(set(texts) - set(there.get(chat, ()))) for chat, texts in wanted.items())
    return right / len(said), doubled, missing


def _user(one: Said) -> str:
    """Who he is there: as his reach has it; of a form his own number of it."""
    post = messengers.post_of(one)
    told = json.loads(post.body)
    return {
        "web_form": lambda: str(one.person),
        "telegram": lambda: str(told["message"]["from"]["id"]),
        "max": lambda: str(told["message"]["sender"]["user_id"]),
        "whatsapp": lambda: str(told["entry"][0]["changes"][0]["value"]["messages"][0]["from"]),
        "wazzup": lambda: f"max/{told['messages'][0]['chatId']}",
        "green_api": lambda: str(told["senderData"]["chatId"]),
    }[one.kind]()


_LINES = """
select line.channel, coalesce(message.user_id, arrival.outside_id), line.text
from clients_interaction line
left join conversations_message message on message.interaction_id = line.id
left join intake_arrival arrival on arrival.id = line.arrival_id
where line.channel like '%%/bench' and line.at >= to_timestamp(%(since)s)
   or (line.channel = 'web_form/bench' and arrival.received_at > now() - interval '20 minutes')
order by line.at, line.id
"""
