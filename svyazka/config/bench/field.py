"""`svyazka bench field`: the engineer's app, on a phone and in the house.

A real `svyazka run` and a real Chromium: how much comes over the wire, how soon the day is there without signal, how
soon a key is seen, what becomes of a queue behind a line that is cut again and again. Then three hundred phones
that have been without signal come back at the same moment.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import psycopg

from svyazka.config.bench import field_phones, field_screen, processor
from svyazka.config.bench.field_screen import Phone
from svyazka.config.bench.line import Line
from svyazka.config.bench.pages import House, house_with
from svyazka.config.bench.report import Row

PHONES = 300
ACTIONS, PHOTOS = 200, 50
KB = 1024
AFTERWARDS = 15  # seconds, in which the phone has asked for everything anew
DAY = "/field/"


@dataclass(frozen=True)
class Company:
    """`phones`: one for each engineer, with his session and his visits of today; the first one has a form of forty
    openings, and twice as many visits as a queue of actions needs."""

    phones: list[dict[str, Any]]
    form: str

    @property
    def first(self) -> dict[str, Any]:
        return self.phones[0]


def rows(quick: bool) -> list[Row]:
    with house_with(0, web=None) as house:
        company = _company(house, 60 if quick else PHONES)
        house.visitor.cookies["svyazka_session"] = company.first["session"]
        first_open, over_https, ahead = _first_open(house, "gzip"), _first_open(house, "gzip, br"), _ahead(house)
        on_screen = _on_screen(house, company, times=5 if quick else 20, cuts=4 if quick else 12)
        back = field_phones.all_at_once(house.visitor.connection.port, company.phones[1:])
    return [
        Row("first open over the wire, with all that is kept for later", first_open, "KB", must=150, aim=90),
        Row("the same, in brotli", over_https, "KB"),
        Row("besides: the pages of the coming days, by and by", ahead, "KB"),
        *on_screen,
        Row(f"{back.phones} phones at once: errors that a person sees", back.errors, "errors", must=0, aim=0),
        Row("the same, until the last one is through", back.seconds, "s"),
        Row("the same, an answer, p50", back.answers[49], "s"),
        Row("the same, an answer, p99", back.answers[98], "s"),
    ]


def _company(house: House, phones: int) -> Company:
    words = [sys.executable, "-c", _INSIDE, str(phones)]
    own = {"DATABASE_URL": house.url, "DATABASE_DIRECT_URL": house.url, "SVYAZKA_DATA": str(house.cluster.parent)}
    environment = {**os.environ, **own, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
    told = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return Company(**json.loads(told.stdout.splitlines()[-1]))


_INSIDE = "import django; django.setup(); from svyazka.config.bench.field_company import main; main()"


def _first_open(house: House, packings: str) -> float:
    """The page, what it needs, the worker, and what that fetches so that everything opens without signal. Over HTTPS,
    where alone it lets a worker be, a phone says that it unpacks brotli."""
    worker = house.visitor.text("/field/worker.js")
    listed = re.findall(r'^  "(/[^"]+)",$', worker.partition("];")[0], re.MULTILINE)
    pages = (DAY, "/field/worker.js", "/field/manifest.webmanifest")
    return house.visitor.first_load(*pages, *listed, packings=packings) / KB


def _ahead(house: House) -> float:
    pages = json.loads(house.visitor.text("/field/ahead/"))["pages"]
    return sum(len(house.visitor.get(one["url"])) for one in pages) / KB


def _on_screen(house: House, company: Company, *, times: int, cuts: int) -> list[Row]:
    line = Line(f"http://127.0.0.1:{house.visitor.connection.port}")
    own = company.first["visits"]
    calm, cut = own[: len(own) // 2], own[len(own) // 2 :]
    with field_screen.phone(line, company.first["session"]) as phone:
        phone.keep_pages(len(own))
        usable = sorted(phone.usable(DAY) for _time in range(times))
        key, painted = phone.keys(company.form, keys=20 * times)
        used = _sync(house, phone, calm)
        right = [_share_right(house, company.first["person"], calm)]
        phone.queue(cut, photos=PHOTOS, actions=ACTIONS)
        phone.send(cuts=cuts)
        right.append(_share_right(house, company.first["person"], cut))
    line.close()
    return [
        Row("day usable from the cache, processor slowed 4 times", usable[len(usable) // 2], "s", must=1, aim=0.5),
        Row("the same, the slowest", usable[-1], "s"),
        Row("a key in a form of 40 openings, slowed 4 times, p95", quantiles(key, n=20)[-1], "ms", must=50, aim=16),
        Row("the same, until it is painted", quantiles(painted, n=20)[-1], "ms"),
        Row(f"{ACTIONS} actions, {PHOTOS} photos: once and in order", right[0], "%", better="higher", must=100),
        Row(f"the same, the line cut {cuts} times", right[1], "%", better="higher", must=100),
        Row("CPU of the house for that", used, "s", must=3, aim=1.5),
    ]


def _sync(house: House, phone: Phone, visits: list[int]) -> float:
    """Seconds of CPU, of all its processes and its database, with the pages that the phone then asks for anew."""
    phone.queue(visits, photos=PHOTOS, actions=ACTIONS)
    before = processor.used(house.process, house.cluster)
    phone.send(cuts=0)
    time.sleep(AFTERWARDS)
    return (processor.used(house.process, house.cluster) - before) / 1000


def _share_right(house: House, person: int, visits: list[int]) -> float:
    """Of what was done: stored once, done, in its order, with what followed from it."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        found = connection.execute(_ACTIONS, [person, visits]).fetchall()
        (photos,) = connection.execute(_PHOTOS, [visits]).fetchall()
        over = connection.execute(_OVER, [visits]).fetchall()
    last: dict[int, int] = {}
    right = 0
    for number, visit, outcome in found:
        right += outcome == "done" and number > last.get(visit, 0)
        last[visit] = max(number, last.get(visit, 0))
    whole = len(found) == ACTIONS and photos[0] == PHOTOS and all(row == ("done", "last word", 1) for row in over)
    if not whole:
        print(f"bench: {len(found)} actions, {photos[0]} photos, visits: {over}", file=sys.stderr)
    return 100 * right / ACTIONS if whole else 0.0


_ACTIONS = """
select number, visit_id, outcome from visits_action where person_id = %s and visit_id = any(%s) order by came_at, number
"""
_PHOTOS = "select count(*) from visits_visitphoto where visit_id = any(%s)"
_OVER = """
select status, report, (
    select count(*)::int from journal_entry where kind = 'visit' and object_id = visit.id and verb = 'visits.done'
) from visits_visit visit where id = any(%s)
"""
