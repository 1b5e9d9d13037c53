"""The first page after the log-in: where this role's day begins."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect

from svyazka.workplaces.shared import shell
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("own.account")
def landing(request: PageRequest) -> HttpResponse:
    return HttpResponseRedirect(shell.landing(request.person))
