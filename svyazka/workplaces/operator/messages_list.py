"""The list of threads: who waits, since when, by which channel, and who answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svyazka.business.clients import search
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.conversations.channel import of_kind
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.inbox import listing
from svyazka.business.inbox.listing import Wish
from svyazka.business.inbox.models import Thread
from svyazka.business.sorting import listing as sorting
from svyazka.business.sorting.models import Category
from svyazka.business.staff.models import Department, Person
from svyazka.kit import clock
from svyazka.kit.texts import storable
from svyazka.workplaces.operator.queue import GETS_OLD, IS_OLD, age
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

MOST, MOST_OF_ALL = 40, 400
MOST_FOUND = 60
WHOSE: dict[str, Promise] = {
    "mine": gettext_lazy("Mine"),
    "nobody": gettext_lazy("Nobody's"),
    "all": gettext_lazy("All"),
}
STATES: dict[str, Promise] = {
    Thread.State.OPEN: pgettext_lazy("threads", "Open"),
    Thread.State.SNOOZED: pgettext_lazy("threads", "Put off"),
    Thread.State.DONE: pgettext_lazy("threads", "Seen to"),
}
ICONS: dict[str, str] = {ChannelAccount.Kind.EMAIL: "mail", ChannelAccount.Kind.WEB_FORM: "form"}


@dataclass(frozen=True)
class Asked:
    """What stands in the address."""

    wish: Wish
    typed: str
    most: int
    pairs: tuple[tuple[str, str], ...]  # as they stand in links

    def address(self, client_id: int | None = None, **other: object) -> str:
        pairs = {**dict(self.pairs), **{name: str(value) for name, value in other.items()}}
        query = urlencode({name: value for name, value in pairs.items() if value})
        path = reverse("thread", args=[client_id]) if client_id else reverse("threads")
        return f"{path}?{query}" if query else path


@dataclass(frozen=True)
class Row:
    """One client in the list, ready to be shown."""

    client_id: str
    url: str
    title: str
    initials: str
    text: str
    is_ours: bool
    when: str
    stamp: str
    waits: str
    age: str  # fresh, aging, old; empty: he does not wait
    where: str
    icon: str
    who: str
    is_mine: bool
    snoozed: str
    is_escalated: bool
    here: bool
    about: Category | None


def read(given: QueryDict, person: Person) -> Asked:
    """Nonsense counts for nothing."""
    whose, state, typed = given.get("whose", ""), given.get("state", ""), storable(given.get("q", "")).strip()[:100]
    chosen = {
        "whose": whose if whose in WHOSE else "mine" if listing.count_mine(person) else "all",
        "state": state if state in STATES else "",
        "channel": given.get("channel", "") if given.get("channel") in ChannelAccount.Kind.values else "",
        "category": storable(given.get("category", ""))[:40],
        "department": str(whole_number(given.get("department")) or ""),
        "order": "newest" if given.get("order") == "newest" else "",
        "q": typed,
    }
    wish = Wish(
        whose="all" if typed else chosen["whose"],
        state=chosen["state"] or Thread.State.OPEN,
        channel=chosen["channel"],
        category=chosen["category"],
        department=whole_number(chosen["department"]),
        clients=_found(typed) if typed else None,
        newest=bool(chosen["order"]),
    )
    most = min(max(whole_number(given.get("most")) or MOST, MOST), MOST_OF_ALL)
    pairs = tuple((name, value) for name, value in chosen.items() if value and (name != "whose" or whose in WHOSE))
    return Asked(wish, typed, most, pairs)


def context(asked: Asked, person: Person, *, opened: int | None = None) -> dict[str, Any]:
    found = listing.list_threads(asked.wish, person, most=asked.most + 1)
    counts, categories = listing.count_waiting(person), sorting.names()
    has_more = len(found) > asked.most and asked.most < MOST_OF_ALL
    return {
        "rows": _rows(found[: asked.most], categories, person, asked, opened),
        "tabs": [
            {
                "name": name,
                "count": counts[code],
                "url": asked.address(whose=code),
                "here": code == asked.wish.whose,
            }
            for code, name in WHOSE.items()
        ],
        "more_url": asked.address(opened, most=asked.most + MOST) if has_more else "",
        "here": asked.address(opened, most=asked.most if asked.most > MOST else ""),
        "typed": asked.typed,
        "wish": asked.wish,
        "filters": _filters(asked, categories),
        "narrowed": sum(bool(dict(asked.pairs).get(name)) for name in ("state", "channel", "category", "department")),
    }


def _found(typed: str) -> list[int]:
    return [hit.object_id for hit in search.find(typed, limit=MOST_FOUND) if hit.kind == "client"]


def _filters(asked: Asked, categories: Mapping[str, Category]) -> dict[str, Any]:
    kinds = ChannelAccount.objects.filter(kind__in=list(settings.CHANNELS)).values_list("kind", flat=True).distinct()
    labels = dict(ChannelAccount.Kind.choices)
    return {
        "states": [(code, name, code == asked.wish.state) for code, name in STATES.items()],
        "channels": [(kind, channel_name(kind, labels), kind == asked.wish.channel) for kind in sorted(kinds)],
        "categories": _offered(categories, asked.wish.category),
        "departments": [(str(one.pk), one.name, one.pk == asked.wish.department) for one in Department.objects.all()],
    }


def _offered(categories: Mapping[str, Category], chosen: str) -> list[tuple[str, str, bool]]:
    """Those that an open thread has, and the chosen one, as the company calls them."""
    there = set(listing.categories())
    return [(code, one.name, code == chosen) for code, one in categories.items() if code in there | {chosen}]


def channel_name(kind: str, labels: Mapping[str, Any]) -> str:
    """As people call it."""
    return str(of_kind(kind).title) if kind in settings.CHANNELS else str(labels.get(kind, kind))


def _rows(
    found: Sequence[Thread],
    categories: Mapping[str, Category],
    person: Person,
    asked: Asked,
    opened: int | None,
) -> list[Row]:
    """Three queries, however many: clients, their contacts, and the names of the accounts."""
    ids = [one.client_id for one in found]
    clients, points = Client.objects.in_bulk(ids), _points(ids)
    names = dict(ChannelAccount.objects.values_list("code", "name"))
    now, short = clock.now(), Short()
    titles = {pk: called(client, points.get(pk, [])) for pk, client in clients.items()}
    return [
        _row(one, titles[one.client_id], names, categories.get(one.category), person, asked, opened, now, short)
        for one in found
        if one.client_id in titles
    ]


def _points(client_ids: Collection[int]) -> dict[int, list[ContactPoint]]:
    of_client: dict[int, list[ContactPoint]] = {}
    for point in ContactPoint.objects.filter(client_id__in=client_ids).order_by("pk"):
        of_client.setdefault(point.client_id, []).append(point)
    return of_client


def _row(
    one: Thread,
    title: str,
    names: Mapping[str, str],
    about: Category | None,
    person: Person,
    asked: Asked,
    opened: int | None,
    now: datetime,
    short: Short,
) -> Row:
    waited = now - one.waits_since if one.waits_since else None
    return Row(
        client_id=str(one.client_id),
        url=asked.address(one.client_id),
        title=title,
        initials=initials_of(title),
        text=one.last_text or _("File"),
        is_ours=one.last_is_ours,
        when=short.moment(one.last_at),
        stamp=one.last_at.isoformat(),
        waits=age(waited) if waited is not None else "",
        age=_age(waited) if waited is not None else "",
        where=names.get(one.last_account, ""),
        icon=ICONS.get(one.last_account.partition("/")[0], "message"),
        who=one.responsible.full_name if one.responsible else "",
        is_mine=one.responsible_id == person.pk,
        snoozed=short.moment(one.snoozed_until) if one.state == Thread.State.SNOOZED and one.snoozed_until else "",
        is_escalated=bool(one.escalated and one.waits_since),
        here=one.client_id == opened,
        about=about,
    )


def _age(waited: timedelta) -> str:
    return "old" if waited >= IS_OLD else "aging" if waited >= GETS_OLD else "fresh"


def initials_of(title: str) -> str:
    """`Вера Павлова` → ВП; of a number nothing."""
    letters = [word[0] for word in title.split() if word[0].isalpha()]
    return "".join(letters[:2]).upper()
