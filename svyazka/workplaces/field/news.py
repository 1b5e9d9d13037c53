"""News of a visit on the phone: what has changed lately, and that it has been seen."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from svyazka.business.notices import reading
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.workplaces.shared import road_news
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

MOST = 50
SHOWN = ("road.new", "road.changed")


@needs("visits.carry_out", "POST")
def news_seen(request: PageRequest) -> HttpResponse:
    """Any number of times; those of others are none of his."""
    wanted = [number for one in request.POST.getlist("news")[:MOST] if (number := whole_number(one))]
    reading.read_these(request.person, wanted)
    return HttpResponse(status=204)


def of_visit(visit: Visit, person: Person) -> list[dict[str, Any]]:
    """Of today, the newest first."""
    begins, _ends = clock.day_bounds(clock.today())
    rows = Notice.objects.filter(person=person, at__gte=begins, deal_id=visit.deal_id, kind__in=SHOWN)
    found = [one for one in rows.order_by("-at", "-pk")[:20] if one.data.get("visit") == visit.pk]
    short = Short()
    return [
        {"pk": str(one.pk), "said": road_news.title(one), "when": short.moment(one.at), "is_read": bool(one.read_at)}
        for one in found[:5]
    ]
