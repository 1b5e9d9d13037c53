"""One client's thread with its head and the composer, ready for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.clients.naming import called
from svyazka.business.conversations import files, reach
from svyazka.business.conversations.channel import of_kind
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.conversations.reach import WayTo
from svyazka.business.deals.opening import open_deal_of
from svyazka.business.inbox import health, replies, rules, threads
from svyazka.business.inbox.health import Health, Light
from svyazka.business.inbox.models import Thread
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.workplaces.operator import messages_lines
from svyazka.workplaces.operator.messages_list import ICONS, initials_of
from svyazka.workplaces.operator.queue import age
from svyazka.workplaces.shared import away, channel_words
from svyazka.workplaces.shared.short import Short

MORNING = 9


@dataclass(frozen=True)
class Way:
    """One way to write to the client, as it stands in the composer."""

    value: str  # account|user id
    icon: str
    name: str
    shown: str
    why_not: str
    until: str  # how long it may still be written
    light: str
    health: str
    is_chosen: bool
    longest: int
    takes_files: bool
    has_subject: bool
    by_template: bool  # and by nothing else


def context(client: Client, person: Person, *, back: str = "") -> dict[str, Any]:
    page = messages_lines.page(client.pk)
    return {**head(client, person), **composer(client, person, seen=page.last), "page": page, "back": back}


def head(client: Client, person: Person) -> dict[str, Any]:
    thread, short = threads.of_client(client.pk), Short()
    points = list(client.contact_points.order_by("pk"))
    title = called(client, points)
    return {
        "client": client,
        "opened": str(client.pk),
        "title": title,
        "initials": initials_of(title),
        "contacts": ", ".join(dict.fromkeys(one.readable for one in points))[:200],
        "phone": next((one.value for one in points if one.kind == "phone"), ""),
        "deal": open_deal_of(client),
        "thread": thread,
        "is_mine": bool(thread and thread.responsible_id == person.pk),
        "waits": age(clock.now() - thread.waits_since) if thread and thread.waits_since else "",
        "snoozed_until": short.moment(thread.snoozed_until) if thread and thread.snoozed_until else "",
        "colleagues": _colleagues(thread),
        "tomorrow": f"{clock.today() + timedelta(days=1):%Y-%m-%d}",
        "morning": f"{MORNING:02}:00",
    }


def composer(client: Client, person: Person, *, seen: str, text: str = "", chosen: str = "") -> dict[str, Any]:
    ways = _ways(reach.ways_of(client.pk), chosen)
    return {
        "client": client,
        "ways": ways,
        "way": next((one for one in ways if one.is_chosen), None),
        "seen": seen,
        "text": text,
        "enter_sends": rules.enter_sends(person),
        "most_files": files.MOST,
        "largest": messages_lines.size_of(settings.LARGEST_ATTACHMENT),
        "largest_bytes": settings.LARGEST_ATTACHMENT,
        "has_replies": bool(replies.list_all()),
    }


def _colleagues(thread: Thread | None) -> list[tuple[str, str, str, bool]]:
    """Who may answer: number, name, whether he is away, whether it is his."""
    codes = roles.having("requests.take")
    people = list(Person.objects.working().filter(role__in=codes).order_by("full_name"))
    now = thread.responsible_id if thread else None
    return [(str(one.pk), one.full_name, words, one.pk == now) for one, words in away.marked(people)]


def _ways(found: list[WayTo], chosen: str) -> list[Way]:
    """The one by which he wrote last is chosen, unless it is closed."""
    accounts = list(ChannelAccount.objects.filter(code__in={one.account for one in found}))
    lights = health.of_accounts(accounts)
    short = Short()
    open_ones = [value_of(one) for one in found if one.can_write]
    picked = chosen if chosen in open_ones else next(iter(open_ones), "")
    return [_way(one, lights, picked, short) for one in found]


def value_of(way: WayTo) -> str:
    return f"{way.account}|{way.user_id}"


def _way(one: WayTo, lights: Mapping[str, Health], picked: str, short: Short) -> Way:
    channel, light = of_kind(one.kind), lights.get(one.account, Health(Light.GOOD))
    until = one.window_until if one.can_write else None
    return Way(
        value=value_of(one),
        icon=ICONS.get(one.kind, "message"),
        name=one.name,
        shown=one.shown,
        why_not=str(one.why_not) if not one.can_write else "",
        until=_("may be written to until {time}").format(time=short.moment(until)) if until else "",
        light=light.light,
        health=channel_words.health(light, short),
        is_chosen=value_of(one) == picked,
        longest=channel.longest,
        takes_files=channel.takes_files,
        has_subject=one.kind == ChannelAccount.Kind.EMAIL,
        by_template=one.by_template and not one.can_write,
    )
