"""Whether a phone notes where somebody arrives: he agrees, sees all that is kept, and takes it back when he likes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from svyazka.business.places import find
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.business.visits.on_site import in_hand
from svyazka.business.visits.road.rules import rules
from svyazka.business.visits.whereabouts import consent, marks
from svyazka.business.visits.whereabouts.consent import Stands
from svyazka.kit import clock
from svyazka.workplaces.shared.door import PageRequest, needs

AHEAD = 2  # days after today


@needs("visits.carry_out")
def whereabouts(request: PageRequest) -> HttpResponse:
    kept = rules()
    context = {
        "wanted": kept.notes_arrivals,
        "days": kept.arrivals_days,
        "consent": consent.of(request.person),
        "marks": marks.of_person(request.person),
        "near": places(request.person, consent.stands(request.person)),
    }
    return render(request, "field/whereabouts.html", context)


@needs("visits.carry_out", "POST")
def whereabouts_consent(request: PageRequest) -> HttpResponse:
    if request.POST.get("agree") == "1":
        consent.give(request.person)
        messages.success(request, _("Agreed. The phone will ask once whether this site may know its position."))
    else:
        consent.withdraw(request.person, by=request.person)
        messages.success(request, _("Taken back. All that was kept is deleted."))
    return redirect("field_whereabouts")


def places(person: Person, stands: Stands) -> dict[str, Any] | None:
    """What the phone needs to notice it by itself, also on a day without signal: the addresses of each day, and the
    working time. None: it does not."""
    if not all(stands):
        return None
    first = clock.today()
    last = first + timedelta(days=AHEAD)
    rows = Visit.objects.still_on().with_person(person).on_days(clock.day_bounds(first)[0], clock.day_bounds(last)[1])
    visits = list(rows.order_by("starts_at", "pk"))
    placed = find.of_all({visit.address for visit in visits})
    return {
        "person": person.pk,
        "stays": marks.STAYS // timedelta(milliseconds=1),
        "hours": [[begin.isoformat(), end.isoformat()] for begin, end in marks.working_time(person, first, last)],
        "places": [
            {**_span(visit), "lat": there.point.lat, "lon": there.point.lon, "seen": in_hand.seen(visit, person)}
            for visit in visits
            if (there := placed.get(visit.address)) and not there.is_rough
        ],
    }


def _span(visit: Visit) -> dict[str, Any]:
    """Of the days on which it is: near the address of tomorrow he may be today by chance."""
    begins, _end = clock.day_bounds(clock.local(visit.starts_at).date())
    _begin, ends = clock.day_bounds(clock.local(visit.ends_at).date())
    return {"visit": visit.pk, "from": begins.isoformat(), "until": ends.isoformat()}
