"""Rules that sort calls and messages: written here, and tried on what came in last before they are saved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.calls.models import PhoneLine
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake import about
from svyazka.business.sorting import in_force, listing
from svyazka.business.sorting import rules as our
from svyazka.business.sorting.models import Category, SortRule
from svyazka.business.sorting.when import Heard, When, read
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on, saved
from svyazka.workplaces.shared.short import Short

TRIED, SHOWN = 200, 12
LONGEST = 140
KINDS: dict[str, Promise] = {
    "message": gettext_lazy("Message"),
    "form": gettext_lazy("Form"),
    "call": gettext_lazy("Call"),
}
RESULTS: dict[str, Promise] = {
    "answered": gettext_lazy("answered"),
    "missed": gettext_lazy("missed"),
    "busy": gettext_lazy("busy"),
}
YES_NO = [("", gettext_lazy("does not matter")), ("yes", gettext_lazy("yes")), ("no", gettext_lazy("no"))]
LISTS = ("any_of", "all_of", "none_of", "senders", "our_numbers", "queues")
TICKS = ("kinds", "accounts", "results")
FLAGS = ("is_known", "has_deal")


def _lines(label: Any, hint: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 3, "autocomplete": "off"})
    return forms.CharField(label=label, required=False, max_length=9_000, widget=widget, help_text=hint)


def _ticks(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


def _accounts() -> list[tuple[str, str]]:
    return list(ChannelAccount.objects.order_by("name").values_list("code", "name"))


def _flag(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=YES_NO)


class RuleForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=our.LONGEST_NAME)
    category = forms.ModelChoiceField(
        label=gettext_lazy("Category"), queryset=Category.objects.all(), to_field_name="code"
    )
    any_of = _lines(
        gettext_lazy("One of these words"),
        gettext_lazy("A word or several in a row on each line. Endings do not matter."),
    )
    all_of = _lines(gettext_lazy("Each of these"), gettext_lazy("All lines must stand in the text."))
    none_of = _lines(gettext_lazy("None of these"), gettext_lazy("With one of them the rule does not fit."))
    senders = _lines(
        gettext_lazy("From whom"), gettext_lazy("A phone, or how it begins: +7495; an e-mail address, or @firm.ru.")
    )
    kinds = _ticks(gettext_lazy("What it is"), list(KINDS.items()))
    accounts = _ticks(gettext_lazy("By which channel"), _accounts)
    our_numbers = _lines(gettext_lazy("On which of our numbers"), gettext_lazy("Each on a line of its own."))
    queues = _lines(gettext_lazy("In which queue of calls"), gettext_lazy("Its code, as the telephone system has it."))
    results = _ticks(gettext_lazy("How the call ended"), list(RESULTS.items()))
    is_known = _flag(gettext_lazy("We knew the client before"))
    has_deal = _flag(gettext_lazy("His deal was there before"))

    def when(self) -> dict[str, Any]:
        """As a rule is stored."""
        given = self.cleaned_data
        lists = {name: [line for line in given[name].splitlines() if line.strip()] for name in LISTS}
        ticks = {name: list(given[name]) for name in TICKS}
        flags = {name: {"yes": True, "no": False}.get(given[name]) for name in FLAGS}
        return {**lists, **ticks, **flags}


@needs("sorting.change")
def rules(request: PageRequest) -> HttpResponse:
    faults = in_force.now().faults
    found = SortRule.objects.select_related("category")
    rows = [{"rule": one, "said": in_words(one.when), "fault": faults.get(one.pk, "")} for one in found]
    return render(request, "office/sort_rules.html", {"rows": rows, "unreadable": 0 in faults})


@needs("sorting.change", "GET", "POST")
def rule_new(request: PageRequest) -> HttpResponse:
    form = RuleForm(request.POST or None, initial={"category": request.GET.get("category", "")})
    if _is_saved(request, form, lambda: our.add(*_given(form), by=request.person)):
        messages.success(request, _("The rule is added."))
        return redirect("sort_rules")
    return _page(request, form)


@needs("sorting.change", "GET", "POST")
def rule(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(SortRule.objects.select_related("category"), pk=pk)
    form = RuleForm(request.POST or None, initial=_initial(found))
    seen = _seen(request, found)
    if _is_saved(request, form, lambda: our.change(found, *_given(form), seen=seen, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("sort_rules")
    return _page(request, form, found=found, seen=seen)


@needs("sorting.change", "POST")
def rule_state(request: PageRequest, pk: int) -> HttpResponse:
    our.switch(get_object_or_404(SortRule, pk=pk), on=request.POST.get("on") == "1", by=request.person)
    return redirect("sort_rules")


@needs("sorting.change", "POST")
def rule_place(request: PageRequest, pk: int) -> HttpResponse:
    our.move(get_object_or_404(SortRule, pk=pk), up=request.POST.get("to") == "up", by=request.person)
    return redirect("sort_rules")


@needs("sorting.change", "POST")
def rule_removal(request: PageRequest, pk: int) -> HttpResponse:
    our.remove(get_object_or_404(SortRule, pk=pk), by=request.person)
    messages.success(request, _("The rule is removed."))
    return redirect("sort_rules")


def in_words(stored: Mapping[str, Any]) -> str:
    """In one line: what must hold."""
    try:
        when = read(stored)
    except Refused as refusal:
        return str(refusal.message)
    return " · ".join(_parts(when))


def _parts(when: When) -> Iterable[str]:
    names = {"kinds": KINDS, "results": RESULTS}
    said: list[tuple[str, str]] = [
        ("kinds", "{what}"),
        ("accounts", _("by {what}")),
        ("any_of", _("words: {what}")),
        ("all_of", _("each of: {what}")),
        ("none_of", _("without: {what}")),
        ("senders", _("from: {what}")),
        ("our_numbers", _("on: {what}")),
        ("queues", _("queue: {what}")),
        ("results", "{what}"),
    ]
    for name, words in said:
        if listed := getattr(when, name):
            shown = [str(names[name][one]) if name in names else one for one in listed[:5]]
            yield words.format(what=", ".join(shown) + ("…" if len(listed) > 5 else ""))
    if when.is_known is not None:
        yield _("known client") if when.is_known else _("new client")
    if when.has_deal is not None:
        yield _("with a deal") if when.has_deal else _("without a deal")


def _given(form: RuleForm) -> tuple[str, Category, dict[str, Any]]:
    return form.cleaned_data["name"], form.cleaned_data["category"], form.when()


def _is_saved(request: PageRequest, form: RuleForm, verb: Any) -> bool:
    """Not while it is only tried."""
    return request.method == "POST" and request.POST.get("do") != "try" and saved(form, verb)


def _seen(request: PageRequest, found: SortRule) -> int:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else found.version


def _initial(found: SortRule) -> dict[str, Any]:
    stored = found.when if isinstance(found.when, dict) else {}
    lists = {name: "\n".join(map(str, stored.get(name) or ())) for name in LISTS}
    flags = {name: {True: "yes", False: "no", None: ""}.get(stored.get(name), "") for name in FLAGS}
    ticks = {name: stored.get(name) or [] for name in TICKS}
    return {"name": found.name, "category": found.category.code, **lists, **flags, **ticks}


def _page(request: PageRequest, form: RuleForm, **context: Any) -> HttpResponse:
    if request.method == "POST" and request.POST.get("do") == "try" and form.is_valid():
        try:
            context["tried"] = _tried(read(form.when()))
        except Refused as refusal:
            put_on(form, refusal)
    numbers = list(PhoneLine.objects.order_by("number").values_list("number", "name"))
    given = {"form": form, "numbers": numbers, "short": ("any_of", "all_of", "none_of"), **context}
    return render(request, "office/sort_rule.html", given, status=422 if form.errors else 200)


def _tried(when: When) -> dict[str, Any]:
    """On what came in last."""
    heard = about.latest(TRIED)
    caught = [(line, one) for line, one in heard if when.fits(one)]
    words = ngettext("It would have caught {number}", "It would have caught {number}", len(caught))
    said = _("{caught} of the last {of}.").format(caught=words.format(number=len(caught)), of=len(heard))
    return {"said": said, "rows": _caught(caught[:SHOWN]), "more": max(0, len(caught) - SHOWN)}


def _caught(found: list[tuple[Interaction, Heard]]) -> list[dict[str, Any]]:
    short, clients = Short(), Client.objects.in_bulk({line.client_id for line, _one in found})
    now = listing.of_lines([line for line, _one in found])
    return [
        {
            "kind": str(KINDS[line.kind]),
            "when": short.moment(line.at),
            "client": str(clients[line.client_id]) if line.client_id in clients else "",
            "url": f"/clients/{line.client_id}/",
            "text": heard.text[:LONGEST] + ("…" if len(heard.text) > LONGEST else ""),
            "now": now.get(line.pk),
        }
        for line, heard in found
    ]
