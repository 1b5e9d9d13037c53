"""Help for administrators, in the product: short pages, reachable from the settings and from where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.parameters import examples, showing
from svyazka.business.parameters.models import Parameter
from svyazka.business.parameters.names import names_of
from svyazka.workplaces.shared.door import PageRequest, needs


@dataclass(frozen=True)
class Page:
    """Its text is the template of the same name in `office/help/`."""

    code: str
    title: Promise


PAGES = (
    Page("together", _("How it hangs together")),
    Page("asterisk", _("Connecting an Asterisk")),
    Page("oktell", _("Connecting an Oktell")),
    Page("cloud", _("Connecting a cloud PBX")),
    Page("phones", _("Numbers and phones")),
    Page("softphone", _("A telephone in the browser")),
    Page("recordings", _("Recordings")),
    Page("missed", _("When nobody took a call")),
    Page("maps", _("Maps and travel")),
    Page("calendars", _("Visits in other calendars")),
    Page("automations", _("Automations")),
    Page("parameters", _("Computed parameters")),
    Page("offers", _("Offers and invoices")),
    Page("remedies", _("What to do when …")),
    Page("untried", _("What was never tried live")),
)
_BY_CODE = {page.code: page for page in PAGES}


@needs("settings.change")
def help_index(request: PageRequest) -> HttpResponse:
    return _drawn(request, PAGES[0].code)


@needs("settings.change")
def help_page(request: PageRequest, page: str) -> HttpResponse:
    if page not in _BY_CODE:
        raise Http404
    return _drawn(request, page)


def _drawn(request: PageRequest, code: str) -> HttpResponse:
    context = {"pages": PAGES, "page": _BY_CODE[code], "examples": _formulas() if code == "parameters" else ()}
    return render(request, f"office/help/{code}.html", context)


def _formulas() -> Iterator[dict[str, object]]:
    """As they are typed, in the language of whoever reads."""
    for of in Parameter.Of:
        names = names_of(str(of))
        for one in examples.of_holder(str(of), names):
            said = showing.said_in_words(one.formula, names)
            yield {"name": one.name, "of": of.label, "formula": said, "why": one.why}
