"""What the frame around every page needs: who is here, and the rooms that are open to that role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person


@dataclass(frozen=True)
class Room:
    name: Promise
    url_name: str
    icon: str
    right: str


ROOMS = [
    Room(_("Queue"), "queue", "inbox", "queue.see"),
    Room(_("Calls"), "calls", "phone", "queue.see"),
    Room(_("Clients"), "clients", "person", "clients.see"),
    Room(_("Deals"), "board", "board", "deals.see"),
    Room(_("Calendar"), "calendar", "calendar", "deals.see"),
    Room(_("My visits"), "field_day", "route", "visits.carry_out"),
    Room(_("Arrivals"), "arrivals", "ledger", "intake.repair"),
    Room(_("Journal"), "journal", "journal", "journal.see"),
    Room(_("Staff"), "staff", "people", "staff.see"),
    Room(_("Settings"), "channels", "settings", "settings.change"),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    person: Person | None = getattr(request, "person", None)
    boosted = request.headers.get("HX-Boosted") == "true"
    return {
        "person": person,
        "layout": "shared/main_only.html" if boosted else "shared/base.html",
        "rooms": rooms_of(person, request.path) if person and not boosted else [],
        "languages": settings.LANGUAGES,
        "messages": get_messages(request),
        "may": {right.replace(".", "_"): roles.may(person, right) for right in roles.RIGHTS} if person else {},
    }


def rooms_of(person: Person, path: str) -> list[dict[str, Any]]:
    open_rooms = [room for room in ROOMS if roles.may(person, room.right)]
    return [
        {
            "name": room.name,
            "url": (url := reverse(room.url_name)),
            "icon": room.icon,
            "here": path.startswith(url),
        }
        for room in open_rooms
    ]


def landing(person: Person) -> str:
    """The page where this role's day begins."""
    return next(reverse(room.url_name) for room in ROOMS if roles.may(person, room.right))
