"""Clients: the list of the latest, and a client's page with his whole history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.dialling import do_not_call
from svyazka.business.calls.dialling.do_not_call import Forbidden
from svyazka.business.clients import change, history
from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.clients.search import Hit
from svyazka.business.conversations import links
from svyazka.business.deals import reachable
from svyazka.business.deals.client_list import COUNTED, count_clients, facts_of, list_clients
from svyazka.business.deals.found import Found, look_up
from svyazka.business.deals.known import client_facts
from svyazka.business.deals.models import Deal, Field
from svyazka.business.duplicates.models import Merge
from svyazka.business.files import seeing
from svyazka.business.journal.record import seen
from svyazka.business.personal_data.erasing import of_client as erased
from svyazka.business.staff.models import Person
from svyazka.kit import phones, rows
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.workplaces.operator import consents
from svyazka.workplaces.shared import counted, files, inputs, not_to_ring, own_fields, suspected, timeline
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.said import names_of, people_in, said
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number, whole_numbers

PAGE = 50
MOST_DEALS = 30
REMEMBERED = "client_columns"
ICONS: dict[str, str] = {ContactPoint.Kind.PHONE: "phone", ContactPoint.Kind.EMAIL: "mail"}


class Known(NamedTuple):
    name: str
    value: str
    how: str = ""
    why: str = ""


class ClientForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Person or company"), choices=Client.Kind.choices)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    note = forms.CharField(
        label=gettext_lazy("Note"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


@needs("clients.see")
def clients(request: PageRequest) -> HttpResponse:
    """The latest first; `before` is the number after which the page goes on."""
    fields = rows.read(Field, "where of = 'client' order by position, id")
    chosen = own_fields.read(request.GET, fields, request.COOKIES.get(REMEMBERED, ""))
    before = whole_number(request.GET.get("before"))
    numbers = list_clients(chosen.wanted, before=before, most=PAGE + 1)
    found = look_up([Hit("client", number) for number in numbers[:PAGE]])
    more = _in_columns([one.client_id for one in found], chosen.columns)
    earlier = numbers[PAGE - 1] if len(numbers) > PAGE else None
    context = {
        "rows": [
            {"one": one, "deal": str(one.deal_id), "reach": _reach(one), "more": texts}
            for one, texts in zip(found, more, strict=True)
        ],
        "columns": [field.name for field in chosen.columns],
        "count": _count(chosen),
        "earlier": f"?{urlencode([*chosen.pairs, ('before', earlier)])}" if earlier else "",
        "latest": f"{request.path}?{urlencode(chosen.pairs)}",
        "is_later": bool(before),
        "wishes": own_fields.offered(fields, chosen, request.GET, of=Field.Of.CLIENT) if fields else None,
    }
    answer = render(request, "operator/clients.html", context)
    own_fields.remember(answer, chosen, request.GET, REMEMBERED)
    return answer


@needs("clients.see")
def client(request: PageRequest, client_id: int) -> HttpResponse:
    """Of one who was merged, that of the one he is now; `was` says there whom one has looked for."""
    found = get_object_or_404(Client, pk=client_id)
    if found.merged_into_id:
        return redirect(f"{reverse('client', args=[survivor(found).pk])}?{urlencode({'was': found.pk})}")
    seen(found.pk, by=request.person)
    context = page_of(found, request.person)
    more = {"merged": _merged(request.GET.get("was"), found), "erased": None if found.name else erased(found.pk)}
    may_add = seeing.may_add(request.person)
    context["files"] = files.panel("client", found.pk, found.pk, may_add=may_add)
    return render(request, "operator/client.html", {**context, **more})


@needs("clients.see")
def client_counted(request: PageRequest, client_id: int, code: str) -> HttpResponse:
    return counted.how(request, Field.Of.CLIENT, _standing(client_id).pk, code)


@needs("clients.see")
def client_history(request: PageRequest, client_id: int) -> HttpResponse:
    """The line of time by itself: what is new, or with `before` what is earlier."""
    found = _standing(client_id)
    before = timeline.read_before(request.GET.get("before", ""))
    return render(request, "shared/timeline.html", history_of(found.pk, before=before))


@needs("clients.change", "GET", "POST")
def client_edit(request: PageRequest, client_id: int) -> HttpResponse:
    found = get_object_or_404(Client, pk=client_id)
    if found.merged_into_id:
        messages.warning(request, _("The client was merged with this one meanwhile. Nothing was changed."))
        return redirect("client_edit", survivor(found).pk)
    if request.method == "POST":
        return _change(request, found)
    form = ClientForm(initial={name: getattr(found, name) for name in ClientForm.base_fields})
    return _edit(request, found, form, version=str(found.version))


@needs("clients.change", "POST")
def client_contacts(request: PageRequest, client_id: int) -> HttpResponse:
    """A phone or an e-mail address more."""
    found = _standing(client_id)
    typed = request.POST.get("contact", "")[:200]
    try:
        change.add_contact(found, typed, by=request.person)
    except Refused as refusal:
        wrong = refusal.fields.get("contact", refusal.message)
        return _contacts(request, found, typed=typed, wrong=str(wrong), status=refusal.status)
    return _contacts(request, found)


@needs("clients.see")
def client_chat_links(request: PageRequest, client_id: int) -> HttpResponse:
    """By which he opens a chat with a bot of ours as the client whom we know."""
    found = get_object_or_404(Client, pk=client_id)
    return render(request, "operator/client_chat_links.html", {"links": links.links_of(found.pk)})


@needs("clients.change", "POST")
def contact_removal(request: PageRequest, client_id: int, point_id: int) -> HttpResponse:
    found = _standing(client_id)
    point = get_object_or_404(ContactPoint.objects.select_related("client"), pk=point_id, client=found)
    reachable.remove_contact(point, by=request.person)
    return _contacts(request, point.client)


@needs("clients.change", "POST")
def client_notes(request: PageRequest, client_id: int) -> HttpResponse:
    found = _standing(client_id)
    picked = whole_numbers(request.POST.getlist("mentions"))
    history.note(found.pk, request.POST.get("text", ""), deal_id=None, picked=picked, by=request.person)
    if request.htmx and not request.htmx.boosted:
        return render(request, "shared/timeline.html", history_of(found.pk))
    return redirect("client", found.pk)


def _standing(client_id: int) -> Client:
    """A page that was opened before two became one goes on with the one who is left."""
    return survivor(get_object_or_404(Client, pk=client_id))


def _merged(was: str | None, found: Client) -> Merge | None:
    """Who else this client is, for whoever came by the other's number, or has just merged them."""
    number = whole_number(was)
    done = Merge.objects.select_related("by").filter(gone_id=number, undone_at=None).first() if number else None
    return done if done and survivor(done.kept).pk == found.pk else None


def _count(chosen: own_fields.Chosen) -> str:
    number = count_clients(chosen.wanted)
    return f"{COUNTED}+" if number > COUNTED else str(number)


def _in_columns(numbers: Sequence[int], columns: Sequence[Field]) -> list[list[tuple[str, str]]]:
    """For each client, the names of the chosen columns and what stands in them."""
    if not columns:
        return [[] for _number in numbers]
    known, by_code = facts_of(numbers), {field.code: field for field in columns}
    staff = names_of({pk for facts in known.values() for pk in people_in(facts, by_code)})
    return [
        [(field.name, said(field, known[number].get(field.code), staff)) for field in columns] for number in numbers
    ]


def _reach(one: Found) -> str:
    """What stands beside the name; without a name, the second way only."""
    ways = [phones.readable(number) for number in one.phones[:2]] or [one.contact]
    return ", ".join(way for way in ways if way != one.title)


def page_of(found: Client, person: Person) -> dict[str, Any]:
    deals = list(
        Deal.objects.of_client(found.pk)
        .select_related("stage", "responsible", "loss_reason")
        .order_by("-pk")[:MOST_DEALS]
    )
    deals.sort(key=lambda deal: not deal.is_open)
    contacts = contacts_of(found, person)
    told = {**history_of(found.pk), **suspected.of_client(found.pk), **consents.of(found)}
    return {"client": found, "deals": deals, "known": _known(found), **contacts, **told}


def contacts_of(found: Client, person: Person) -> dict[str, Any]:
    points = list(found.contact_points.order_by("pk"))
    forbidden, short = do_not_call.of_client(found.pk), Short()
    return {
        "called": called(found, points),
        "points": [_point(point, forbidden.get(point.value), person, short) for point in points],
    }


def _point(point: ContactPoint, forbidden: Forbidden | None, person: Person, short: Short) -> dict[str, Any]:
    return {
        "point": point,
        "icon": ICONS.get(point.kind, "message"),
        "mark": not_to_ring.in_words(forbidden, short) if forbidden else "",
        "may_be_allowed": bool(forbidden and do_not_call.may_allow(forbidden, person)),
    }


def history_of(client_id: int, *, before: history.Before | None = None) -> dict[str, Any]:
    return {
        "history": timeline.page(history.of_client(client_id, before=before)),
        "history_url": reverse("client_history", args=[client_id]),
        "with_deals": True,
    }


def _change(request: PageRequest, found: Client) -> HttpResponse:
    form, typed = ClientForm(request.POST), inputs.read(request.POST)
    asked = {code: text for code, text in typed.items() if code not in form.fields and not code.startswith("version")}
    version = request.POST.get("version", "")
    if not form.is_valid():
        return _edit(request, found, form, version=version, typed=asked, status=422)
    # A number that no client has ever had: somebody else's change, not no number at all.
    seen = int(version[:9]) if version.isdecimal() else None
    try:
        client_facts.change(found, form.cleaned_data, asked, version=seen, by=request.person)
    except ChangedMeanwhile as refusal:
        return _beside_theirs(request, get_object_or_404(Client, pk=found.pk), form, asked, refusal)
    except Refused as refusal:
        if not refusal.fields:
            raise
        put_on(form, refusal)
        faults = dict(refusal.fields)
        return _edit(request, found, form, version=version, typed=asked, faults=faults, status=422)
    messages.success(request, _("Saved."))
    return redirect("client", found.pk)


def _beside_theirs(
    request: PageRequest, now: Client, form: ClientForm, asked: dict[str, str], refusal: Refused
) -> HttpResponse:
    """What somebody else has stored stands beside what was typed; the next "Save" decides."""
    form.add_error(None, str(refusal.message))
    for name in form.fields:
        theirs = str(getattr(now, name))
        if form.cleaned_data.get(name, "") != theirs:
            shown = dict(Client.Kind.choices).get(theirs, theirs) if name == "kind" else theirs
            form[name].help_text = _("Stored now: {value}").format(value=shown or "—")
    version = str(now.version)
    return _edit(request, now, form, version=version, typed=asked, conflict=True, status=refusal.status)


def _edit(
    request: PageRequest,
    found: Client,
    form: ClientForm,
    *,
    version: str,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, object] | None = None,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    fields = [field for field in fields_of(found) if not field.is_computed]
    staff = inputs.staff_for(fields, found.facts)
    context = {
        "form": form,
        "client": found,
        "called": called(found, list(found.contact_points.all())),
        "version": version,
        "asked": [
            inputs.make(field, found.facts.get(field.code), staff, typed=typed, faults=faults, conflict=conflict)
            for field in fields
        ],
    }
    return render(request, "operator/client_edit.html", context, status=status)


def fields_of(found: Client) -> list[Field]:
    """What is asked for, and what is known though nobody asks for it any more."""
    fields = rows.read(Field, "where of = 'client' order by position, id")
    return [field for field in fields if field.is_active or found.facts.get(field.code) not in (None, "", [])]


def _known(found: Client) -> list[Known]:
    """What a formula came to says how; and why, where it came to nothing."""
    every = fields_of(found)
    why = counted.troubles(Field.Of.CLIENT, found.pk, every)
    fields = [field for field in every if field.code in why or found.facts.get(field.code) not in (None, "", [])]
    staff = names_of(people_in(found.facts, {field.code: field for field in fields}))
    return [
        Known(
            field.name,
            said(field, found.facts.get(field.code), staff),
            reverse("client_counted", args=[found.pk, field.code]) if field.is_computed else "",
            why.get(field.code, ""),
        )
        for field in fields
    ]


def _contacts(
    request: PageRequest, found: Client, *, typed: str = "", wrong: str = "", status: int = 200
) -> HttpResponse:
    if request.htmx and not request.htmx.boosted:
        context = {"client": found, **contacts_of(found, request.person), "typed": typed, "wrong": wrong}
        return render(request, "operator/client_contacts.html", context, status=status)
    if wrong:
        context = {**page_of(found, request.person), "typed": typed, "wrong": wrong}
        return render(request, "operator/client.html", context, status=status)
    return redirect("client", found.pk)
