"""The whole journal: who did what, when, from which value to which."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.workplaces.shared import telling, typed
from svyazka.workplaces.shared.devices import readable
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of

# What an entry is about → its name here, and its page.
KINDS = {
    "deal": (gettext_lazy("Deal"), "/deals/{}/"),
    "deals": (gettext_lazy("List of deals"), "/deals/list/"),
    "client": (gettext_lazy("Client"), "/clients/{}/"),
    "interaction": (gettext_lazy("Entry of the history"), ""),
    "visit": (gettext_lazy("Visit"), ""),
    "resource": (gettext_lazy("Resource"), ""),
    "call": (gettext_lazy("Call"), ""),
    "arrival": (gettext_lazy("Arrival"), "/office/arrivals/{}/"),
    "person": (gettext_lazy("Member of staff"), "/office/staff/{}/"),
    "role": (gettext_lazy("Role"), ""),
    "channel": (gettext_lazy("Channel"), "/office/channels/{}/"),
    "thread": (gettext_lazy("Messages of a client"), "/messages/{}/"),
    "quick_reply": (gettext_lazy("Quick reply"), "/office/quick-replies/"),
    "answer_rules": (gettext_lazy("Answering clients"), "/office/answering/"),
    "line": (gettext_lazy("Our number"), ""),
    "pbx": (gettext_lazy("PBX"), ""),
    "do_not_call": (gettext_lazy("Number that is not rung"), "/office/calls-out/"),
    "calling_hours": (gettext_lazy("Hours for calls out"), "/office/calls-out/"),
    "pipeline": (gettext_lazy("Pipeline"), ""),
    "field": (gettext_lazy("Field"), ""),
    "client_messages": (gettext_lazy("Messages to clients"), "/office/client-messages/"),
    "loss_reason": (gettext_lazy("Loss reason"), ""),
    "visit_kind": (gettext_lazy("Kind of visits"), ""),
    "move_reason": (gettext_lazy("Reason of moves"), ""),
    "price_line": (gettext_lazy("Price list"), ""),
    "payment_way": (gettext_lazy("Ways of paying"), ""),
    "payments": (gettext_lazy("Payments on site"), ""),
    "invoice": (gettext_lazy("Invoice"), "/invoices/{}/"),
    "payment": (gettext_lazy("Payment"), "/money/{}/"),
    "money": (gettext_lazy("Money"), "/money/"),
    "debts": (gettext_lazy("Debts"), "/debts/"),
    "books": (gettext_lazy("Books"), "/office/books/"),
    "site_rules": (gettext_lazy("Price list"), ""),
    "not_done_reason": (gettext_lazy("Why visits are not done"), ""),
    "sheet_form": (gettext_lazy("Form on site"), ""),
    "consent_text": (gettext_lazy("Text of a consent"), "/office/consents/"),
    "personal_data": (gettext_lazy("Journal of personal data"), ""),
    "visit_rules": (gettext_lazy("Rules of visits"), ""),
    "category": (gettext_lazy("Category"), "/office/categories/"),
    "sort_rule": (gettext_lazy("Rule of sorting"), "/office/sort-rules/"),
    "route_rule": (gettext_lazy("Whom messages go to"), "/office/route-rules/"),
    "sort_model": (gettext_lazy("Classifier"), "/office/sorting/"),
    "sort_settings": (gettext_lazy("Classifier"), "/office/sorting/"),
    "department": (gettext_lazy("Department"), ""),
    "source": (gettext_lazy("Source"), ""),
}


@needs("journal.see")
def journal(request: PageRequest) -> HttpResponse:
    page = page_of(_found(request), by="at", asked=request.GET)
    names = telling.names_for(page.rows)
    context = {
        "rows": [_row(entry, names) for entry in page.rows],
        "older": page.older,
        "people": Person.objects.order_by("full_name").values_list("pk", "full_name"),
        "kinds": [(code, name) for code, (name, _url) in KINDS.items()],
        "chosen": {key: request.GET.get(key, "") for key in ("person", "kind", "day", "deal")},
    }
    return render(request, "office/journal.html", context)


def _found(request: PageRequest) -> QuerySet[Entry]:
    entries = Entry.objects.all()
    if person := typed.whole_number(request.GET.get("person")):
        entries = entries.filter(by_id=person)
    if (kind := request.GET.get("kind", "")) in KINDS:
        entries = entries.filter(kind=kind)
    if deal := typed.whole_number(request.GET.get("deal")):
        entries = entries.filter(deal_id=deal)
    if day := typed.day(request.GET.get("day")):
        begins, ends = clock.day_bounds(day)
        entries = entries.filter(at__gte=begins, at__lt=ends)
    return entries


def _row(entry: Entry, names: telling.Names) -> dict[str, Any]:
    kind, url = KINDS.get(entry.kind, (entry.kind, ""))
    about, address = f"{kind} {entry.object_id}", url.format(entry.object_id) if url else ""
    if entry.kind == "person" and entry.object_id in names.people:
        about = names.people[entry.object_id]
    if entry.kind != "deal" and entry.deal_id:
        about, address = _("{kind} · deal {number}").format(kind=kind, number=entry.deal_id), f"/deals/{entry.deal_id}/"
    return {
        "at": entry.at,
        "who": telling.who(entry, names),
        "said": telling.tell(entry, names),
        "changes": telling.changes_of(entry, names),
        # A log-in notes the browser as it calls itself.
        "note": readable(entry.note) if entry.verb == "staff.logged_in" and entry.note else entry.note,
        "about": about,
        "url": address,
        "is_house": entry.by_id is None,
    }
