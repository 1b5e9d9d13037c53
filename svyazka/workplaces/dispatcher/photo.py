"""One photo of a visit, large, with what was drawn on it: as it is now, and as it was."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from svyazka.business.visits import drawings, findings
from svyazka.workplaces.shared import shots
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("visits.see")
def photo(request: PageRequest, photo_id: int) -> HttpResponse:
    rows = findings.to_be_seen(request.person).select_related("visit__kind", "visit__client", "visit__deal", "by")
    found = get_object_or_404(rows, pk=photo_id)
    versions = drawings.list_versions(found)
    number = whole_number(request.GET.get("version", ""))
    shown = next((one for one in versions if one.number == number), versions[0] if versions else None)
    context = {"photo": found, "versions": versions, "shown": shown, "drawing": shots.written(shown)}
    return render(request, "dispatcher/photo.html", context)
