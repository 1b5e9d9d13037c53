"""What the frame around every page needs: who is here, and the rooms that are open to that role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Pipeline
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.business.staff.sessions import SessionStore
from svyazka.workplaces.shared import softphone


@dataclass(frozen=True)
class Room:
    name: Promise
    url_name: str
    icon: str
    right: str
    under: tuple[str, ...] = ()  # addresses of further pages that belong to it


_SETTINGS_ROOM = Room(_("Settings"), "settings", "settings", "settings.change")
ROOMS = [
    Room(_("Queue"), "queue", "inbox", "queue.see"),
    Room(_("Messages"), "threads", "message", "queue.see"),
    Room(_("My day"), "my_day", "task", "tasks.do", under=("/calling/",)),
    Room(_("Calls"), "calls", "phone", "queue.see"),
    Room(_("Wallboard"), "wallboard", "wallboard", "floor.see"),
    Room(_("Clients"), "clients", "person", "clients.see"),
    Room(_("Duplicates"), "duplicates", "copy", "clients.see"),
    Room(_("Deals"), "board", "board", "deals.see", under=("/pipelines/",)),
    Room(_("Problems"), "problems", "warning", "problems.see"),
    Room(_("Taken on site"), "payments", "money", "payments.see"),
    Room(_("Invoices and money"), "money", "money", "money.see", under=("/debts/", "/invoices/")),
    Room(_("Offers"), "offers", "form", "offers.see"),
    Room(_("Questions"), "questions", "question", "questions.see"),
    Room(_("Distribution"), "distribution", "people", "leads.distribute"),
    Room(_("Calendar"), "calendar", "calendar", "deals.see", under=("/visits/",)),
    Room(_("Agreements"), "agreements", "task", "agreements.order"),
    Room(_("My visits"), "field_day", "route", "visits.carry_out"),
    Room(_("Arrivals"), "arrivals", "ledger", "intake.repair"),
    Room(_("Journal"), "journal", "journal", "journal.see"),
    Room(_("Staff"), "staff", "people", "staff.see", under=("/office/resources/",)),
    _SETTINGS_ROOM,
]
# Whose day does not begin with the first of these rooms. By the house's role.
_BEGINS: dict[str, str] = {
    **dict.fromkeys((Role.MANAGER, Role.CONTROLLER, Role.HEAD), "my_day"),
    **dict.fromkeys((Role.ENGINEER, Role.CREW), "field_day"),
}
# The pages of the settings, by group. Each extends "shared/settings.html" and fills {% block page %}.
SETTINGS = [
    (
        _("Company"),
        [
            Room(_("First steps"), "settings", "check", "settings.change"),
            Room(_("Departments"), "departments", "people", "settings.change"),
            Room(_("Roles and rights"), "roles", "key", "settings.change"),
            Room(_("Blueprint"), "blueprint", "form", "settings.change"),
        ],
    ),
    (
        _("Deals"),
        [
            Room(_("Pipelines"), "pipelines", "board", "pipelines.change"),
            Room(_("Automations"), "automations", "bolt", "automations.change"),
            Room(_("Loss reasons"), "loss_reasons", "question", "settings.change"),
            Room(_("Fields"), "fields", "form", "settings.change"),
            Room(_("Parameters"), "parameters", "ruler", "settings.change"),
            Room(_("Moving in"), "moves", "link", "clients.move_in"),
            Room(_("Values from a file"), "imports", "ledger", "values.import"),
            Room(_("Kinds of visits"), "visit_kinds", "visit", "settings.change"),
            Room(_("Forms on site"), "sheet_forms", "ruler", "settings.change"),
            Room(_("Reasons of moves"), "move_reasons", "calendar", "settings.change"),
            Room(_("Why visits are not done"), "not_done_reasons", "close", "settings.change"),
            Room(_("Catalogue"), "catalogue", "money", "catalogue.change"),
            Room(_("Files"), "file_rules", "clip", "settings.change"),
            Room(_("Templates of offers"), "offer_templates", "form", "offers.set_up"),
            Room(_("Price list"), "price_list", "money", "prices.change"),
            Room(_("Ways of paying"), "payment_ways", "money", "prices.change"),
            Room(_("Online payments"), "online_payments", "money", "settings.change"),
            Room(_("Invoices and books"), "books", "money", "money.close"),
            Room(_("Maps and travel"), "maps", "route", "settings.change"),
            Room(_("Messages to clients"), "client_messages", "mail", "settings.change"),
            Room(_("On the road"), "road", "bell", "settings.change"),
            Room(_("Agreements"), "terms", "task", "settings.change"),
            Room(_("Consents"), "consents", "lock", "consents.write"),
            Room(_("Erased clients"), "erasures", "close", "personal_data.erase"),
        ],
    ),
    (
        _("Ways in"),
        [
            Room(_("Channels"), "channels", "form", "settings.change"),
            Room(_("Letters of agencies"), "mail_templates", "inbox", "settings.change"),
            Room(_("Quick replies"), "quick_replies", "message", "settings.change"),
            Room(_("How clients are answered"), "answering", "send", "settings.change"),
            Room(_("Categories"), "categories", "inbox", "sorting.change"),
            Room(_("Rules of sorting"), "sort_rules", "route", "sorting.change"),
            Room(_("Classifier"), "sorting", "ruler", "sorting.change"),
            Room(_("Whom messages go to"), "route_rules", "people", "sorting.change"),
            Room(_("Our numbers"), "lines", "phone", "settings.change"),
            Room(_("Telephone systems"), "pbxs", "link", "settings.change"),
            Room(_("The floor"), "floor", "people", "settings.change"),
            Room(_("Reasons of breaks"), "breaks", "bell", "settings.change"),
            Room(_("Recordings"), "recordings", "play", "settings.change"),
            Room(_("Calls out"), "not_to_ring", "phone", "calls.override"),
            Room(_("API keys"), "api_keys", "key", "settings.change"),
            Room(_("Sources"), "sources", "route", "settings.change"),
            Room(_("Help"), "help", "question", "settings.change"),
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
        "has_softphone": softphone.in_frame(request, person) if person and not framed else False,
        "own_tasks": shown_count(cast(SessionStore, request.session).own_tasks) if person else "",
        "own_problems": shown_count(cast(SessionStore, request.session).own_problems) if person else "",
        "heard": cast(SessionStore, request.session).heard if person else 0,
        "unread": cast(SessionStore, request.session).unread if person else 0,
        "languages": settings.LANGUAGES,
        "messages": get_messages(request),
        "may": {right.replace(".", "_"): roles.may(person, right) for right in roles.RIGHTS} if person else {},
    }


def rooms_of(person: Person, path: str) -> list[dict[str, Any]]:
    return [_shown(room, path) for room in _open_to(person)]


def settings_of(person: Person, path: str) -> list[dict[str, Any]]:
    """The groups of settings with the pages that this person may open."""
    groups = [
        (name, [_shown(page, path) for page in pages if roles.may(person, page.right)]) for name, pages in SETTINGS
    ]
    return [{"name": name, "pages": pages} for name, pages in groups if pages]


def _open_to(person: Person) -> Iterator[Room]:
    """The settings begin with the first of their pages that this person may see."""
    for room in ROOMS:
        if room is _SETTINGS_ROOM:
            pages = [page for _name, group in SETTINGS for page in group if roles.may(person, page.right)]
            yield from (replace(room, url_name=page.url_name, under=_under_settings()) for page in pages[:1])
        elif roles.may(person, room.right):
            yield room


def _shown(room: Room, path: str) -> dict[str, Any]:
    url = reverse(room.url_name)
    under = (url, *room.under)
    return {"name": room.name, "url": url, "icon": room.icon, "under": " ".join(under), "here": path.startswith(under)}


@cache
def _under_settings() -> tuple[str, ...]:
    return tuple(reverse(page.url_name) for _name, pages in SETTINGS for page in pages)


def landing(person: Person) -> str:
    """The page where this role's day begins; whoever can set an empty company up begins with that."""
    open_rooms = [room.url_name for room in _open_to(person)]
    begins = _BEGINS.get(person.basis, "")
    if "settings" in open_rooms and not Pipeline.objects.exists():
        begins = "settings"
    return reverse(begins if begins in open_rooms else next(iter(open_rooms), "account"))


def shown_count(number: int, *, most: int = 99) -> str:
    """Nobody counts further than that, least of all in the frame."""
    return f"{most}+" if number > most else str(number or "")
