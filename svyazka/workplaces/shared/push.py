"""Notices on a person's devices: switched on and off on his own page, and the words that go there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.notices import devices, trial, wishes
from svyazka.business.notices.devices import Address, Letter
from svyazka.business.notices.models import Device, Notice, Wish
from svyazka.business.staff.models import Person, Session
from svyazka.kit import words
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import notices, road_news
from svyazka.workplaces.shared.devices import readable
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

KIND = "web_push"
ZONES: tuple[tuple[str, Promise], ...] = (
    ("Europe/Kaliningrad", gettext_lazy("Kaliningrad")),
    ("Europe/Moscow", gettext_lazy("Moscow")),
    ("Europe/Samara", gettext_lazy("Samara")),
    ("Asia/Yekaterinburg", gettext_lazy("Yekaterinburg")),
    ("Asia/Omsk", gettext_lazy("Omsk")),
    ("Asia/Novosibirsk", gettext_lazy("Novosibirsk")),
    ("Asia/Krasnoyarsk", gettext_lazy("Krasnoyarsk")),
    ("Asia/Irkutsk", gettext_lazy("Irkutsk")),
    ("Asia/Yakutsk", gettext_lazy("Yakutsk")),
    ("Asia/Vladivostok", gettext_lazy("Vladivostok")),
    ("Asia/Magadan", gettext_lazy("Magadan")),
    ("Asia/Kamchatka", gettext_lazy("Kamchatka")),
)
# What a locked screen says, and a messenger: what it is, of which kind of visit and when, and which deal. Whoever sees
# the screen reads no name, of a client or a colleague, no address, and nothing that somebody has written.
# fmt: off
PLAIN: dict[str, Promise] = {
    "hand_off.waiting": gettext_lazy("A deal is handed on to you: accept it or return it"),
    "hand_off.accepted": gettext_lazy("The deal is accepted"),
    "hand_off.returned": gettext_lazy("The deal is returned"),
    "hand_off.withdrawn": gettext_lazy("A hand-off is taken back"),
    "hand_off.ping_pong": gettext_lazy("A deal is returned again and again"),
    "erased.everywhere": gettext_lazy("No archive holds an erased client any more"),
    "thread.routed": gettext_lazy("A client's message goes to you"),
    "thread.escalated": gettext_lazy("A client waits too long for an answer"),
    "question.asked": gettext_lazy("You are asked a question"),
    "question.answered": gettext_lazy("Your question is answered"),
    "question.reminder": gettext_lazy("An answer is due soon"),
    "question.overdue": gettext_lazy("A question is not answered in time"),
    "question.withdrawn": gettext_lazy("You need not answer any more"),
    "question.taken_over": gettext_lazy("A colleague answers instead"),
    "question.released": gettext_lazy("The deal goes on before the answer"),
    "task.to_ring": gettext_lazy("Clients for you to ring"),
    "task.given": gettext_lazy("You are given a task"),
    "task.done": gettext_lazy("A task that you gave is done"),
    "call.missed": gettext_lazy("A missed call: ring back"),
    "visit.moved": gettext_lazy("A visit of yours is moved"),
    "visit.cancelled": gettext_lazy("A visit of yours is called off"),
    "visit.day_changed": gettext_lazy("Your visits have changed"),
    "visit.orphaned": gettext_lazy("Visits have nobody to go there"),
    "visit.asked_to_take": gettext_lazy("A colleague asks you to take over a visit"),
    "visit.is_handed_over": gettext_lazy("A visit is to be handed over"),
    "visit.hand_over_taken": gettext_lazy("A visit was handed over"),
    "visit.hand_over_declined": gettext_lazy("A visit could not be handed over"),
    "visit.not_done": gettext_lazy("A visit could not be done"),
    "visit.runs_late": gettext_lazy("Somebody runs late"),
    "visit.set_beside": gettext_lazy("Work on site and the office do not go together"),
    "thread.assigned": gettext_lazy("A client for you to answer"),
    "thread.woken": gettext_lazy("A client to come back to"),
    "thread.fell_back": gettext_lazy("A client to ring"),
    "rule.says": gettext_lazy("An automation tells you something"),
    "rule.says_of_client": gettext_lazy("An automation tells you something"),
    "note.mentioned": gettext_lazy("You are mentioned in a note"),
    "digest": gettext_lazy("Your morning"),
    "digest.department": gettext_lazy("Your department's morning"),
    "bot.silent": gettext_lazy("A bot of yours does not work"),
    "deals.given": gettext_lazy("A lead for you"),
    "deals.given_many": gettext_lazy("Leads for you"),
    "deals.handed_over": gettext_lazy("A deal is yours now"),
    "deals.handed_over_many": gettext_lazy("Deals are yours now"),
    "rule.stopped": gettext_lazy("An automation was stopped"),
    "rule.unsure": gettext_lazy("Somebody has to look whether an automation did its work"),
    "deals.came_back": gettext_lazy("A lead was not taken up in time"),
    "deals.came_back_many": gettext_lazy("Leads were not taken up in time"),
    "visit.window_free": gettext_lazy("A window for somebody who waits"),
    "visit.confirmed_by_client": gettext_lazy("A client confirms a visit"),
    "agreement.signed": gettext_lazy("A client has signed"),
    "agreement.signed_by_link": gettext_lazy("A client has signed by link"),
    "agreement.thinks": gettext_lazy("A client thinks over what he was shown"),
    "agreement.not_sent": gettext_lazy("An agreement could not be sent"),
    "visit.moved_by_client": gettext_lazy("A client has moved a visit"),
    "visit.taken_by_client": gettext_lazy("A client has taken a window that was offered"),
    "visit.called_off_by_client": gettext_lazy("A client has called a visit off"),
    "visit.late": gettext_lazy("Somebody comes later than was promised"),
    "road.new": gettext_lazy("A new visit of yours"),
    "road.off": gettext_lazy("A visit of yours is called off"),
    "road.given": gettext_lazy("A colleague goes to a visit of yours"),
    "road.changed": gettext_lazy("A visit of yours has changed"),
    "road.many": gettext_lazy("Your visits have changed"),
    "road.tomorrow": gettext_lazy("Your visits of tomorrow"),
    "own.trial": gettext_lazy("A notice for trial: it has arrived"),
    "plan.ready": gettext_lazy("A plan of your days is ready"),
    "plan.changed": gettext_lazy("Your visits have changed"),
}
# fmt: on
_HOURS = ("new_at", "visit_at", "window_at", "was_at", "arrives_at", "due_at")  # of a notice: the first that it has


@needs("own.account", "POST")
def account_devices(request: PageRequest) -> HttpResponse:
    """The browser has been allowed to, and says where it is reached."""
    given = request.POST
    address = Address(*(given.get(name, "")[:2000].replace("\x00", "") for name in ("endpoint", "key", "auth")))
    session = Session.objects.filter(pk=request.session.session_key).first()
    if session is None:
        raise Http404
    devices.add(request.person, address, kind=KIND, session=session)
    return HttpResponse(status=204)


@needs("own.account", "POST")
def device_ending(request: PageRequest, pk: int) -> HttpResponse:
    device = Device.objects.filter(pk=min(pk, 2**63 - 1), person=request.person).first()
    if device:  # another page may have ended it already
        devices.end(device, by=request.person)
    messages.success(request, _("This device gets no more notices."))
    return redirect("account")


@needs("own.account", "POST")
def account_wishes(request: PageRequest) -> HttpResponse:
    given = request.POST
    quiet = _hour(given.get("quiet_from", "")), _hour(given.get("quiet_until", ""))
    as_company = given.get("whose_quiet") == "company"
    wishes.change(
        request.person,
        heard=given.getlist("heard"),
        quiet=quiet,
        names="names" in given,
        as_company=as_company,
        zone=given.get("zone", "")[:60],
    )
    messages.success(request, _("Saved."))
    return redirect("account")


@needs("own.account", "POST")
def device_trial(request: PageRequest) -> HttpResponse:
    """A notice to oneself: on all devices, or in the messenger where there are none."""
    trial.send(request.person)
    messages.success(request, _("A notice for trial is on its way. It comes within seconds."))
    return redirect("account")


def on_page(person: Person, *, here: str | None) -> dict[str, Any]:
    """What the account page shows of it."""
    wish = wishes.of_person(person)
    found = person.devices.select_related("session").order_by("-created_at")
    shown = [
        {
            "pk": str(one.pk),
            "name": readable(one.session.device),
            "created_at": one.created_at,
            "reached_at": one.reached_at,
            "is_here": one.session_id == here,
        }
        for one in found
    ]
    return {
        "key": devices.outlet(KIND).key(),
        "devices": shown,
        "is_on": any(one["is_here"] for one in shown),
        "groups": [(code, name, code not in wish.silent) for code, name in wishes.GROUPS.items()],
        "wish": wish,
        "company": wishes.of_company(),
        "zones": [("", _("as the company")), *ZONES],
    }


def write(found: Sequence[Notice]) -> Mapping[int, Letter]:
    """A letter of each, in its reader's language."""
    people = Person.objects.in_bulk({one.person_id for one in found})
    named = set(Wish.objects.filter(names=True, person__in=people).values_list("person_id", flat=True))
    letters: dict[int, Letter] = {}
    for person in people.values():
        with translation.override(person.language):
            mine = [one for one in found if one.person_id == person.pk]
            for one, shown in zip(mine, notices.shown(mine), strict=True):
                letters[one.pk] = _letter(one, shown, with_names=person.pk in named)
    return letters


def _letter(one: Notice, shown: notices.Shown, *, with_names: bool) -> Letter:
    if notices.of_road(one):
        return _of_road(one, shown, with_names=with_names)
    title = str(PLAIN.get(one.kind) or _("There is news"))
    text = " · ".join(filter(None, (shown.said, shown.about) if with_names else _plainly(one)))
    return Letter(title=title, text=text[:1000], url=shown.url, tag=f"notice-{one.pk}")


def _plainly(one: Notice) -> Iterator[str]:
    """The kind of visit in the company's words, the hour, and the deal's number: none of it says whose."""
    kind = next((given for name in ("kind", "what") if isinstance(given := one.data.get(name), Mapping)), {})
    at = next((given for name in _HOURS if (given := one.data.get(name))), "")
    when = Short().moment(datetime.fromisoformat(at)) if at else ""
    if said := ", ".join(filter(None, (words.here(kind), when))):
        yield said
    if one.deal_id:
        yield _("Deal № {number}").format(number=one.deal_id)


def _of_road(one: Notice, shown: notices.Shown, *, with_names: bool) -> Letter:
    """It leads to the page itself, which the phone has kept: there may be no signal. The page says that it was seen."""
    text = " · ".join(part for part in (road_news.text(one), shown.about) if part) if with_names else ""
    url = f"{notices.place_of(one)}#news-{one.pk}"
    return Letter(title=road_news.title(one)[:200], text=text[:1000], url=url, tag=f"notice-{one.pk}")


def _hour(typed: str) -> time | None:
    if not typed:
        return None
    try:
        return time.fromisoformat(typed[:5]).replace(tzinfo=None)
    except ValueError:
        said = _("An hour is written like 21:00")
        raise Refused(said, fields={"quiet": said}) from None
