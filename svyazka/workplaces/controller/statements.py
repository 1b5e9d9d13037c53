"""Bank statements: a file comes in by drop, each payment is decided line by line, the file undone as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.clients import search
from svyazka.business.clients.models import Client
from svyazka.business.money import bank_documents, bank_words, statements
from svyazka.business.money.models import BankDocument, Invoice, Statement
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.short import money as roubles

PER_PAGE, MOST_PAGES = 50, 10_000
SHOWN_TROUBLES, SHOWN_CLIENTS, SHOWN_INVOICES = 30, 8, 5
State, Way = BankDocument.State, BankDocument.Way
_TABS = (State.WAITS, State.ENTERED, State.LEFT, State.ASIDE, State.KNOWN)


@needs("money.statements", "GET", "POST")
def statements_page(request: PageRequest) -> HttpResponse:
    """GET: the files so far; POST takes one in."""
    if request.method != "POST":
        return _list(request)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Refused(_("Choose a file first."))
        made = statements.take_in(str(sent.name), sent.read(statements.LARGEST_FILE + 1), by=request.person)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("statement", made.pk)


@needs("money.statements", "POST")
def rules(request: PageRequest) -> HttpResponse:
    statements.change_rules(enters_by_itself=request.POST.get("enters_by_itself") == "1", by=request.person)
    messages.success(request, _("Saved."))
    return redirect("statements")


@needs("money.statements")
def statement(request: PageRequest, pk: int) -> HttpResponse:
    given = get_object_or_404(Statement.objects.select_related("by"), pk=pk)
    numbers = statements.figures([given])[given.pk]
    state = _state(request.GET.get("state"), numbers)
    page = min(typed.whole_number(request.GET.get("page")) or 1, MOST_PAGES)
    rows = given.documents.select_related("client", "invoice", "by").order_by("line")
    if state:
        rows = rows.filter(state=state)
    begin = (page - 1) * PER_PAGE
    found = list(rows[begin : begin + PER_PAGE + 1])
    short = Short()
    context = {
        "given": given,
        "when": short.moment(given.at),
        "state": state,
        "tabs": _tabs(numbers, state),
        "every": sum(numbers.values()),
        "handled": sum(numbers.values()) - numbers[State.NEW],
        "lines": [_line(one, short) for one in found[:PER_PAGE]],
        "earlier": _address(state, page - 1) if page > 1 else "",
        "later": _address(state, page + 1) if len(found) > PER_PAGE else "",
        "balances": [_balance(one) for one in given.balances],
        "troubles": [(str(line), bank_words.trouble(why), said) for line, why, said in given.troubles[:SHOWN_TROUBLES]],
        "more_troubles": len(given.troubles) - SHOWN_TROUBLES,
        "entered": numbers[State.ENTERED],
    }
    return render(request, "controller/statement.html", context)


@needs("money.statements", "POST")
def undoing(request: PageRequest, pk: int) -> HttpResponse:
    statements.undo(get_object_or_404(Statement, pk=pk), by=request.person)
    return redirect("statement", pk)


@needs("money.statements", "POST")
def entry(request: PageRequest, pk: int) -> HttpResponse:
    """To whom it is proposed, or to the client that was chosen."""
    given = get_object_or_404(BankDocument, pk=pk)
    client = _chosen(request, "client", Client.objects.filter(merged_into=None))
    invoice = _chosen(request, "invoice", Invoice.objects.filter(is_called_off=False))
    return _answer(request, bank_documents.enter(given, client=client, invoice=invoice, by=request.person))


@needs("money.statements", "POST")
def leaving(request: PageRequest, pk: int) -> HttpResponse:
    given = get_object_or_404(BankDocument, pk=pk)
    remembers = request.POST.get("remembers") == "1"
    return _answer(request, bank_documents.not_a_clients(given, remembers=remembers, by=request.person))


@needs("money.statements", "POST")
def taking_back(request: PageRequest, pk: int) -> HttpResponse:
    given = get_object_or_404(BankDocument, pk=pk)
    return _answer(request, bank_documents.take_back(given, by=request.person))


@needs("money.statements")
def clients(request: PageRequest, pk: int) -> HttpResponse:
    """Who else may have paid: by name, phone or tax number, each with what he owes."""
    given = get_object_or_404(BankDocument, pk=pk)
    asked = request.GET.get("q", "")[:100]
    hits = [hit.object_id for hit in search.find(asked, limit=30) if hit.kind == "client"][:SHOWN_CLIENTS]
    named = {one.pk: one for one in Client.objects.filter(pk__in=hits, merged_into=None)}
    owed: dict[int, list[Invoice]] = {}
    for invoice in Invoice.objects.filter(client__in=named, open_amount__gt=0).order_by("due_on", "pk"):
        owed.setdefault(invoice.client_id, []).append(invoice)
    short = Short()
    found = [
        {
            "pk": str(each),
            "name": str(named[each]),
            "invoices": [(str(one.pk), _invoice(one, short)) for one in owed.get(each, ())[:SHOWN_INVOICES]],
        }
        for each in hits
        if each in named
    ]
    return render(request, "controller/statement_clients.html", {"pk": str(given.pk), "found": found, "asked": asked})


def _chosen(request: PageRequest, name: str, rows: Any) -> Any:
    """What was chosen; None, where nothing was. What is not there any more is refused."""
    if not request.POST.get(name):
        return None
    found = rows.filter(pk=typed.whole_number(request.POST.get(name)) or 0).first()
    if found is None:
        raise Refused(_("It is not there any more."))
    return found


def _answer(request: PageRequest, document: BankDocument) -> HttpResponse:
    if not request.htmx:
        return redirect("statement", document.of_id)
    rows = BankDocument.objects.select_related("client", "invoice", "by")
    return render(request, "controller/statement_line.html", {"line": _line(rows.get(pk=document.pk), Short())})


def _list(request: PageRequest, refusal: Refused | None = None) -> HttpResponse:
    page = page_of(Statement.objects.select_related("by"), by="at", asked=request.GET)
    numbers, short = statements.figures(page.rows), Short()
    context = {
        "files": [_file(one, numbers[one.pk], short) for one in page.rows],
        "older": page.older,
        "rules": statements.rules(),
        "refusal": refusal.message if refusal else "",
    }
    return render(request, "controller/statements.html", context, status=refusal.status if refusal else 200)


def _file(one: Statement, numbers: Mapping[str, int], short: Short) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "name": one.name,
        "days": _days(one, short),
        "by": one.by.full_name,
        "when": short.moment(one.at),
        "state": one.state,
        "state_said": one.get_state_display(),
        "waits": numbers[State.WAITS] if one.state == Statement.State.READY else 0,
        "entered": numbers[State.ENTERED],
        "is_wrong": bool(one.troubles) or any(each["differences"] for each in one.balances),
    }


def _days(one: Statement, short: Short) -> str:
    if not one.begins_on or not one.ends_on:
        return ""
    first, last = short.day(one.begins_on), short.day(one.ends_on)
    return first if first == last else f"{first} – {last}"


def _state(asked: str | None, numbers: Mapping[str, int]) -> str:
    """What waits comes first; "all" is asked for by its name."""
    if asked in _TABS:
        return str(asked)
    return State.WAITS.value if asked is None and numbers[State.WAITS] else ""


def _tabs(numbers: Mapping[str, int], state: str) -> list[dict[str, Any]]:
    names = {
        State.WAITS: _("To decide"),
        State.ENTERED: _("Entered"),
        State.LEFT: _("Not clients’ money"),
        State.ASIDE: _("Put aside"),
        State.KNOWN: _("Known already"),
    }
    tabs = [
        {"url": f"?state={one.value}", "name": name, "count": numbers[one], "here": one == state}
        for one, name in names.items()
        if numbers[one] or one == state
    ]
    return [*tabs, {"url": "?state=all", "name": _("All"), "count": sum(numbers.values()), "here": not state}]


def _address(state: str, page: int) -> str:
    return "?" + urlencode({"state": state or "all", "page": page})


def _line(one: BankDocument, short: Short) -> dict[str, Any]:
    comes = one.way == Way.IN
    return {
        "pk": str(one.pk),
        "day": short.day(one.booked_on),
        "number": one.number,
        "comes": comes,
        "amount": roubles(one.amount if comes else -one.amount),
        "name": one.other_name,
        "tax_number": one.other_tax_number,
        "purpose": one.purpose,
        "state": one.state,
        "state_said": one.get_state_display(),
        "why": bank_words.why(one.why) if one.why else "",
        "is_certain": one.is_certain,
        "client": one.client,
        "invoice": _invoice(one.invoice, short) if one.invoice else "",
        "reasons": [(bank_words.reason(code, about), code in bank_words.AGAINST) for code, about in one.reasons],
        "by": one.by.full_name if one.by else "",
        "decides": comes and (one.state == State.WAITS or (one.state == State.ASIDE and one.why == "closed")),
        "takes_back": comes and one.state in (State.ENTERED, State.LEFT),
    }


def _invoice(one: Invoice, short: Short) -> str:
    if one.number is None:
        return _("agreed on site, {amount} open").format(amount=roubles(one.open_amount))
    said = {"number": one.number, "day": short.day(one.issued_on), "amount": roubles(one.open_amount)}
    if not one.open_amount:
        return _("invoice № {number} of {day}, paid").format(**said)
    return _("invoice № {number} of {day}, {amount} open").format(**said)


def _balance(said: Mapping[str, Any]) -> dict[str, Any]:
    sums: Sequence[tuple[str, str]] = (
        ("opening", _("At the beginning")),
        ("came_in", _("Came in")),
        ("went_out", _("Went out")),
        ("closing", _("At the end")),
    )
    return {
        "account": said["account"],
        "sums": [(name, roubles(Decimal(said[key])) if said[key] else "—") for key, name in sums],
        "differences": [bank_words.difference(code, about) for code, about in said["differences"]],
    }
