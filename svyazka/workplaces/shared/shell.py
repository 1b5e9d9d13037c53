"""What the frame around every page needs: who is here, and the rooms that are open to that role."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.sessions import SessionStore


@dataclass(frozen=True)
class Room:
    name: Promise
    url_name: str
    icon: str
    right: str
    under: tuple[str, ...] = ()  # addresses of further pages that belong to it


_SETTINGS_ROOM = Room(_("Settings"), "channels", "settings", "settings.change")
ROOMS = [
    Room(_("Queue"), "queue", "inbox", "queue.see"),
    Room(_("Calls"), "calls", "phone", "queue.see"),
    Room(_("Clients"), "clients", "person", "clients.see"),
    Room(_("Deals"), "board", "board", "deals.see", under=("/pipelines/",)),
    Room(_("Problems"), "problems", "warning", "problems.see"),
    Room(_("Questions"), "questions", "question", "questions.see"),
    Room(_("Distribution"), "distribution", "people", "leads.distribute"),
    Room(_("Calendar"), "calendar", "calendar", "deals.see", under=("/visits/",)),
    Room(_("My visits"), "field_day", "route", "visits.carry_out"),
    Room(_("Arrivals"), "arrivals", "ledger", "intake.repair"),
    Room(_("Journal"), "journal", "journal", "journal.see"),
    Room(_("Staff"), "staff", "people", "staff.see", under=("/office/resources/",)),
    _SETTINGS_ROOM,
]
# The pages of the settings, by group. Each extends "shared/settings.html" and fills {% block page %}.
SETTINGS = [
    (
        _("Ways in"),
        [
            Room(_("Channels"), "channels", "form", "settings.change"),
            Room(_("Our numbers"), "lines", "phone", "settings.change"),
            Room(_("Telephone systems"), "pbxs", "link", "settings.change"),
        ],
    ),
    (
        _("Company"),
        [
            Room(_("Pipelines"), "pipelines", "board", "pipelines.change"),
            Room(_("Roles and rights"), "roles", "key", "settings.change"),
        ],
    ),
]


def shell(request: HttpRequest) -> dict[str, Any]:
    person: Person | None = getattr(request, "person", None)
    # A link, a part of the page, the browser's way back: the frame is there already.
    framed = "true" in (request.headers.get("HX-Request"), request.headers.get("HX-History-Restore-Request"))
    return {
        "person": person,
        "layout": "shared/main_only.html" if framed else "shared/base.html",
        "rooms": rooms_of(person, request.path) if person and not framed else [],
        "own_problems": cast(SessionStore, request.session).own_problems if person else 0,
        "heard": cast(SessionStore, request.session).heard if person else 0,
        "unread": cast(SessionStore, request.session).unread if person else 0,
        "languages": settings.LANGUAGES,
        "messages": get_messages(request),
        "may": {right.replace(".", "_"): roles.may(person, right) for right in roles.RIGHTS} if person else {},
    }


def rooms_of(person: Person, path: str) -> list[dict[str, Any]]:
    return [_shown(room, path) for room in ROOMS if roles.may(person, room.right)]


def settings_of(person: Person, path: str) -> list[dict[str, Any]]:
    """The groups of settings with the pages that this person may open."""
    groups = [
        (name, [_shown(page, path) for page in pages if roles.may(person, page.right)]) for name, pages in SETTINGS
    ]
    return [{"name": name, "pages": pages} for name, pages in groups if pages]


def _shown(room: Room, path: str) -> dict[str, Any]:
    url = reverse(room.url_name)
    under = (url, *room.under, *(_under_settings() if room is _SETTINGS_ROOM else ()))
    return {"name": room.name, "url": url, "icon": room.icon, "under": " ".join(under), "here": path.startswith(under)}


@cache
def _under_settings() -> list[str]:
    return [reverse(page.url_name) for _name, pages in SETTINGS for page in pages]


def landing(person: Person) -> str:
    """The page where this role's day begins."""
    return next((reverse(room.url_name) for room in ROOMS if roles.may(person, room.right)), reverse("account"))
