"""A client wants to know what is known of him: the file is asked for here, and fetched while it is there."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.files import File
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.clients.naming import called
from svyazka.business.personal_data import files
from svyazka.business.personal_data.models import DataFile
from svyazka.kit import clock
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.sending import sent

PIECE = 256 * 1024


@needs("personal_data.export", "GET", "POST")
def data(request: PageRequest, client_id: int) -> HttpResponse:
    found = survivor(get_object_or_404(Client, pk=client_id))
    if request.method == "POST":
        files.ask(found, by=request.person)
        return redirect("client_data", found.pk)
    context = {
        "client": found,
        "called": called(found, list(found.contact_points.all())),
        "files": [{"one": one, "is_own": one.asked_by_id == request.person.pk} for one in files.list_of(found.pk)],
    }
    return render(request, "operator/client_data.html", context)


@needs("personal_data.export")
def data_file(request: PageRequest, client_id: int, file_id: int) -> HttpResponseBase:
    """As a file, out of the house."""
    given = get_object_or_404(DataFile, pk=file_id, client=client_id)
    answer = sent(_pieces(files.take(given, by=request.person)))
    answer["Content-Type"] = "application/zip"
    answer["Content-Disposition"] = f'attachment; filename="client-{client_id}-{clock.today():%Y-%m-%d}.zip"'
    return answer


def _pieces(file: File[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
