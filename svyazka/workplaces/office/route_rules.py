"""To whom messages go whose client has no manager of his own: rules in their order, tried on the last week."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.handing.appointing import skills_in_use
from svyazka.business.inbox import route_rules as our
from svyazka.business.inbox.models import RouteRule
from svyazka.business.sorting.models import Category
from svyazka.business.staff.models import Department, Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on, saved
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

SHOWN, LONGEST = 8, 140
LANGUAGES = [("", gettext_lazy("does not matter")), ("ru", gettext_lazy("Russian")), ("en", gettext_lazy("English"))]


def _codes(rows: Any) -> list[tuple[str, str]]:
    return [(one.code, one.name) for one in rows]


def _ticks(label: Any, choices: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple)


class RuleForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=our.LONGEST_NAME)
    categories = _ticks(gettext_lazy("About what"), lambda: _codes(Category.objects.all()))
    accounts = _ticks(gettext_lazy("By which channel"), lambda: _codes(ChannelAccount.objects.order_by("name")))
    language = forms.ChoiceField(label=gettext_lazy("In which language"), required=False, choices=LANGUAGES)
    hours = forms.ChoiceField(label=gettext_lazy("At which hours"), required=False, choices=RouteRule.Hours.choices)
    department = forms.ModelChoiceField(
        label=gettext_lazy("To which department"), required=False, queryset=Department.objects.order_by("code")
    )
    skill = forms.ChoiceField(
        label=gettext_lazy("To somebody who knows"),
        required=False,
        choices=lambda: [("", _("does not matter")), *((one, one) for one in skills_in_use())],
    )
    person = forms.ModelChoiceField(
        label=gettext_lazy("Or to one person"),
        required=False,
        queryset=Person.objects.working().order_by("full_name"),
    )
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes until it escalates"),
        initial=15,
        help_text=gettext_lazy("Only those count in which somebody of the department works."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


@needs("sorting.change")
def rules(request: PageRequest) -> HttpResponse:
    found = RouteRule.objects.select_related("department", "person")
    names = _names()
    rows = [{"rule": one, "said": _in_words(one, names), "to": _to_whom(one)} for one in found]
    return render(request, "office/route_rules.html", {"rows": rows})


@needs("sorting.change", "GET", "POST")
def rule_new(request: PageRequest) -> HttpResponse:
    form = RuleForm(request.POST or None)
    if _is_to_save(request) and saved(form, lambda: our.add(form.cleaned_data, by=request.person)):
        messages.success(request, _("The rule is added."))
        return redirect("route_rules")
    return _page(request, form)


@needs("sorting.change", "GET", "POST")
def rule(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(RouteRule.objects.select_related("department", "person"), pk=pk)
    fields = ("name", "categories", "accounts", "language", "hours", "department", "skill", "person", "minutes")
    form = RuleForm(request.POST or None, initial={name: getattr(found, name) for name in fields})
    seen = whole_number(request.POST.get("seen")) or found.version
    change = lambda: our.change(found, form.cleaned_data, seen=seen, by=request.person)  # noqa: E731
    if _is_to_save(request) and saved(form, change):
        messages.success(request, _("Saved."))
        return redirect("route_rules")
    return _page(request, form, found=found, seen=seen)


@needs("sorting.change", "POST")
def rule_state(request: PageRequest, pk: int) -> HttpResponse:
    our.switch(get_object_or_404(RouteRule, pk=pk), on=request.POST.get("on") == "1", by=request.person)
    return redirect("route_rules")


@needs("sorting.change", "POST")
def rule_place(request: PageRequest, pk: int) -> HttpResponse:
    our.move(get_object_or_404(RouteRule, pk=pk), up=request.POST.get("to") == "up", by=request.person)
    return redirect("route_rules")


@needs("sorting.change", "POST")
def rule_removal(request: PageRequest, pk: int) -> HttpResponse:
    our.remove(get_object_or_404(RouteRule, pk=pk), by=request.person)
    messages.success(request, _("The rule is removed."))
    return redirect("route_rules")


def _is_to_save(request: PageRequest) -> bool:
    return request.method == "POST" and request.POST.get("do") != "try"


def _page(request: PageRequest, form: RuleForm, *, found: RouteRule | None = None, **context: Any) -> HttpResponse:
    if request.POST.get("do") == "try" and form.is_valid():
        try:
            context["tried"] = _tried(our.tried(our.sound(form.cleaned_data), instead_of=found))
        except Refused as refusal:
            put_on(form, refusal)
    given = {"form": form, "found": found, **context}
    return render(request, "office/route_rule.html", given, status=422 if form.errors else 200)


def _tried(trial: our.Trial) -> dict[str, Any]:
    short, shown = Short(), trial.caught[:SHOWN]
    clients = Client.objects.in_bulk({one.client_id for one in shown})
    said = _("Messages of the last week: {number}. To the client's own manager: {own}. By this rule: {caught}.")
    return {
        "said": said.format(number=trial.number, own=trial.own, caught=len(trial.caught)),
        "more": len(trial.caught) - len(shown),
        "rows": [
            {
                "client": str(clients.get(one.client_id, "")),
                "url": f"/clients/{one.client_id}/",
                "when": short.moment(one.at),
                "text": one.text[:LONGEST],
            }
            for one in shown
        ],
    }


def _names() -> dict[str, str]:
    return dict([*_codes(Category.objects.all()), *_codes(ChannelAccount.objects.all())])


def _in_words(one: RouteRule, names: dict[str, str]) -> str:
    codes = [names.get(code, code) for code in (*one.categories, *one.accounts)]
    languages = {code: str(name) for code, name in LANGUAGES if code}
    parts = [", ".join(codes), languages.get(one.language, ""), str(one.get_hours_display()) if one.hours else ""]
    return " · ".join(part for part in parts if part) or _("everything")


def _to_whom(one: RouteRule) -> str:
    parts = (one.person and one.person.full_name, one.department and one.department.name, one.skill)
    return ", ".join(str(part) for part in parts if part)
