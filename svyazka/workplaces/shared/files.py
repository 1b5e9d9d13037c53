"""The files of a deal, a client or a visit: the list, one file, its name, and what comes in by pieces."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.base import File
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.agreements.models import Agreement
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.files import families, judging, keeping, seeing, shelf, store, uploads
from svyazka.business.files.keeping import Holder, holder_of
from svyazka.business.files.models import KeptFile, Upload
from svyazka.business.files.shelf import Asked, Item
from svyazka.business.personal_data.tables import family
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.business.visits.models import Visit
from svyazka.kit import file_kinds
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.sending import piece_of, pieces_of, sent
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

SORTS = (
    ("new", gettext_lazy("New ones first")),
    ("old", gettext_lazy("Old ones first")),
    ("name", gettext_lazy("By name")),
    ("large", gettext_lazy("Large ones first")),
)
ORIGINS = (
    ("", gettext_lazy("All")),
    ("file", gettext_lazy("Put here")),
    ("photo", gettext_lazy("Photos of visits")),
    ("message", gettext_lazy("From messages")),
)
_ICONS = {"audio": "volume", "video": "play", "pictures": "camera", "drawings": "ruler"}


@dataclass(frozen=True)
class Of:
    """Whose files are asked for: one of the three."""

    what: str
    deal: Deal | None = None
    client: Client | None = None
    visit: Visit | None = None

    @property
    def number(self) -> int:
        return next(one.pk for one in (self.visit, self.deal, self.client) if one)

    def holder(self) -> Holder:
        return holder_of(deal=self.deal, client=self.client, visit=self.visit)


@dataclass(frozen=True)
class Line:
    name: str
    url: str
    kind: str
    icon: str
    size: str
    at: str
    by: str
    origin: str = ""
    small: str = ""
    opens: bool = False
    download: str = ""
    change: str = ""
    tag: str = ""
    has_macros: bool = False
    notes: list[str] = field(default_factory=list)


@needs("files.see")
def files(request: PageRequest) -> HttpResponse:
    asked = Asked(
        search=request.GET.get("search", "")[:100].replace("\x00", ""),
        sort=request.GET.get("sort", "new"),
        origin=request.GET.get("origin", ""),
        page=min(whole_number(request.GET.get("page")) or 1, 1000),
    )
    return render(request, "shared/files_list.html", _list(_asked_of(request), asked, request.person, request.GET))


@needs("files.see")
def file(request: PageRequest, pk: int) -> HttpResponseBase:
    """Shown where a browser can show it without running anything of it; otherwise to be saved. Sound and film come in
    pieces, for players."""
    kept = get_object_or_404(seeing.to_be_seen(request.person), pk=pk, removed_at=None)
    is_shown = kept.type in file_kinds.SHOWN and "download" not in request.GET
    type_ = kept.type if kept.type in file_kinds.SHOWN else file_kinds.UNKNOWN
    content = _opened(kept.stored)
    if asked := request.headers.get("Range", ""):
        with content:
            answer: HttpResponseBase = piece_of(content, kept.size, asked, type_)
    else:
        keeping.fetched(kept, by=request.person)
        answer = sent(pieces_of(content))
        answer["Content-Type"] = type_
        answer["Content-Length"] = str(kept.size)
        answer["Accept-Ranges"] = "bytes"
    answer["Content-Disposition"] = content_disposition_header(not is_shown, kept.name) or "attachment"
    return _harmless(answer)


@needs("files.see")
def file_small(request: PageRequest, pk: int) -> HttpResponseBase:
    kept = get_object_or_404(seeing.to_be_seen(request.person), pk=pk, small=KeptFile.Small.MADE)
    with _opened(store.small_of(kept.stored)) as content:
        answer = HttpResponse(content.read(), content_type="image/jpeg")
    answer = _harmless(answer)
    answer["Cache-Control"] = "private, max-age=86400, immutable"
    return answer


@needs("files.change", "GET", "POST")
def file_name(request: PageRequest, pk: int) -> HttpResponse:
    kept = _to_change(request, pk)
    refusal = None
    given = {"name": kept.name, "tag": kept.tag}
    if request.method == "POST":
        given = {name: request.POST.get(name, "")[:300] for name in given}
        try:
            version = whole_number(request.POST.get("version"))
            keeping.rename(kept, given["name"], tag=given["tag"], version=version, by=request.person)
            return _changed(_("Saved."))
        except Refused as refused:
            refusal = refused
    context = {"file": kept, "given": given, "refusal": refusal, "size": judging.in_words(kept.size)}
    return render(request, "shared/file_name.html", context, status=refusal.status if refusal else 200)


@needs("files.change", "POST")
def file_removal(request: PageRequest, pk: int) -> HttpResponse:
    keeping.remove(_to_change(request, pk), by=request.person)
    return _changed(_("The file is removed. It can be put back."))


@needs("files.change", "POST")
def file_return(request: PageRequest, pk: int) -> HttpResponse:
    keeping.put_back(_to_change(request, pk), by=request.person)
    return _changed(_("The file is back."))


@needs("files.change", "POST")
def uploads_new(request: PageRequest) -> JsonResponse:
    """What is to come: refused by its name and size before anything of it is sent."""
    try:
        of = _asked_of(request, request.POST)
        if not seeing.may_add(request.person, deal=of.deal, visit=of.visit):
            return _said(_("Files cannot be added here by you."), 403)
        size = whole_number(request.POST.get("size")) or 0
        name, mark = request.POST.get("name", "")[:1000], request.POST.get("mark", "")
        begun = uploads.begin(of.holder(), name, size, mark=mark.replace("\x00", ""), by=request.person)
    except Refused as refusal:
        return _said(str(refusal.message), refusal.status)
    return JsonResponse({**_stand(begun), "url": reverse("upload", args=[begun.key]), "piece": uploads.PIECE})


@needs("files.change", "GET", "PUT", "DELETE")
def upload(request: PageRequest, key: UUID) -> JsonResponse:
    """How far it is; the next piece; or it is not wanted any more."""
    if (found := uploads.of(key, by=request.person)) is None:
        # Whoever sees only his own is not even told that somebody else has one.
        is_limited = roles.reach(request.person, "files.change") is Reach.OWN
        return _said(_("There is no such upload."), 404 if is_limited else 410)
    if request.method == "PUT":
        return _take(request, key)
    if request.method == "DELETE":
        uploads.give_up(key, by=request.person)
        return JsonResponse({})
    return JsonResponse(_stand(found))


def panel(what: str, number: int, client_id: int, *, may_add: bool) -> dict[str, Any]:
    """What `shared/files.html` needs; the list itself is asked for by the page."""
    return {
        "of": what,
        "number": number,
        "client": client_id,
        "sorts": SORTS,
        "origins": ORIGINS if what != "visit" else (),
        "may_add": may_add,
    }


def begun(visit: Visit, person: Person) -> dict[str, Any]:
    """The panel of a visit with its list in it: a page that has to be readable without signal asks for nothing."""
    shown = panel("visit", visit.pk, visit.client_id, may_add=seeing.may_add(person, visit=visit))
    return shown | {"begun": _list(Of("visit", visit=visit), Asked(), person, QueryDict(f"visit={visit.pk}"))}


def _list(of: Of, asked: Asked, person: Person, query: QueryDict) -> dict[str, Any]:
    found = _listed(of, asked)
    short = Short()
    reach = roles.reach(person, "files.change")
    may_change = reach > Reach.OWN
    is_first = asked.page == 1
    papers = _papers(of, person, short) if is_first and not asked.origin and not asked.search else []
    return {
        "lines": [
            *papers,
            *(_line(one, short, may_change or (one.by_id == person.pk and bool(reach))) for one in found.items),
        ],
        "count": found.count + len(papers),
        "room": judging.in_words(found.bytes) if found.bytes else "",
        "later": _page(query, asked.page + 1) if not found.is_last else "",
        "before": _page(query, asked.page - 1) if not is_first else "",
        "is_narrowed": bool(asked.search or asked.origin),
        "removed": shelf.removed_lately({of.what: of.number}) if is_first and reach else [],
    }


def _take(request: PageRequest, key: UUID) -> JsonResponse:
    begins = request.GET.get("from", "")
    length = request.headers.get("Content-Length", "")
    if not begins.isdecimal() or len(begins) > 18 or not length.isdecimal() or len(length) > 18:
        return _said(_("The piece does not say where it begins."), 400)
    if int(length) > uploads.PIECE:
        return _said(_("The piece is too large."), 413)
    try:
        content = _read(request, int(length))
        return JsonResponse(_stand(uploads.take(key, content, begins=int(begins), by=request.person)))
    except uploads.Elsewhere as refusal:
        return JsonResponse({"received": refusal.received, "state": Upload.State.COMING}, status=refusal.status)
    except Refused as refusal:
        return _said(str(refusal.message), refusal.status)


def _read(request: HttpRequest, length: int) -> bytes:
    """All that was announced, or nothing: the line broke."""
    try:
        content = request.read(length)
    except (UnreadablePostError, OSError):
        content = b""
    if len(content) != length:
        raise Refused(_("The piece has not come whole."))
    return content


def _stand(one: Upload) -> dict[str, Any]:
    return {"key": str(one.key), "state": one.state, "received": one.received, "reason": one.reason}


def _said(words: str, status: int) -> JsonResponse:
    return JsonResponse({"reason": words}, status=status)


def _asked_of(request: PageRequest, given: Any = None) -> Of:
    """Raises Http404: of what there is, and may be seen by whoever asks."""
    asked = request.GET if given is None else given
    numbers = {name: number for name in ("deal", "client", "visit") if (number := whole_number(asked.get(name)))}
    if len(numbers) != 1:
        raise Refused(_("Say of which deal, client or visit."))
    ((what, number),) = numbers.items()
    if what == "visit":
        return Of(what, visit=get_object_or_404(_visits(request.person), pk=number))
    if roles.reach(request.person, "files.see") is not Reach.ALL:
        raise Http404
    if what == "deal":
        return Of(what, deal=get_object_or_404(Deal, pk=number))
    return Of(what, client=get_object_or_404(Client, pk=number, merged_into=None))


def _visits(person: Person) -> Any:
    visits = Visit.objects.select_related("deal")
    if roles.reach(person, "files.see") is Reach.ALL:
        return visits
    return visits.filter(pk__in=seeing.own_visits(person))


def _listed(of: Of, asked: Asked) -> shelf.Shelf:
    if of.visit:
        return shelf.list_of_visit(of.visit.pk, asked)
    if of.deal:
        first = of.deal.first_id or of.deal.pk
        members = Deal.objects.filter(first_id=first).values_list("pk", flat=True)
        return shelf.list_of_deal([first, *members], asked)
    return shelf.list_of_client(family(of.number), asked)


def _papers(of: Of, person: Person, short: Short) -> list[Line]:
    """Agreements as PDF: their own room has made them."""
    if of.client or not roles.may(person, "deals.see"):
        return []
    where = {"visit": of.visit} if of.visit else {"deal": of.deal}
    made = Agreement.objects.filter(**where, paper=Agreement.Paper.MADE).select_related("by").order_by("-shown_at")[:20]
    return [
        Line(
            name=_("Agreement № {number}").format(number=one),
            url=reverse("agreement_pdf", args=[one.pk]),
            kind="PDF",
            icon="form",
            size="",
            at=short.moment(one.shown_at),
            by=one.by.full_name if one.by else "",
            origin=_("Agreements"),
            opens=True,
        )
        for one in made
    ]


def _line(item: Item, short: Short, may_change: bool) -> Line:
    known = families.by_type(item.type) or families.by_ending(families.ending_of(item.name))
    ending = families.ending_of(item.name) or families.usual_ending(item.type)
    urls = {
        "file": ("file", "file_small"),
        "photo": ("photo", "photo"),
        "message": ("attachment", "attachment_small"),
    }[item.origin]
    url = reverse(urls[0], args=[item.pk])
    name = item.name or (_("Photo") if item.type.startswith("image/") else _("File"))
    return Line(
        name=name,
        url=url,
        kind=ending[:5].upper(),
        icon=_ICONS.get(known.code if known else "", "form"),
        size=judging.in_words(item.size) if item.size else "",
        at=short.moment(item.at),
        by=item.by,
        origin="" if item.origin == "file" else str(dict(ORIGINS)[item.origin]),
        small=reverse(urls[1], args=[item.pk]) if item.has_small else "",
        opens=item.type in file_kinds.SHOWN,
        download=f"{url}?download" if item.origin != "photo" else "",
        change=reverse("file_name", args=[item.pk]) if item.origin == "file" and may_change else "",
        tag=item.tag,
        has_macros=item.has_macros,
        notes=[_("of a visit")] if item.origin == "file" and item.visit_id else [],
    )


def _page(asked: QueryDict, number: int) -> str:
    query = asked.copy()
    query["page"] = str(number)
    return f"{reverse('files')}?{query.urlencode()}"


def _to_change(request: PageRequest, pk: int) -> KeptFile:
    kept = get_object_or_404(seeing.to_be_seen(request.person).select_related("deal"), pk=pk)
    if not seeing.may_change(kept, request.person):
        raise Refused(_("This file is a colleague's. Only he and whoever is responsible may change it."))
    return kept


def _changed(words: str) -> HttpResponse:
    """The dialog goes, the list is asked for anew."""
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = json.dumps({"toast": {"message": words}, "dialog:close": {}, "files:changed": {}})
    return answer


def _opened(stored: str) -> File[bytes]:
    try:
        return store.open_file(stored)
    except FileNotFoundError as missing:
        raise Http404 from missing


def _harmless(answer: HttpResponseBase) -> HttpResponse:
    """Whatever somebody has brought: nothing in it runs here."""
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]
