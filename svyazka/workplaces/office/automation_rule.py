"""The builder of automations: when – if – then, as one sentence that grows, checked while it is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from svyazka.business.automation import choices, examples, rules, texts, wording
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.models import Rule
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import automation_form as form
from svyazka.workplaces.office import automation_inputs as inputs
from svyazka.workplaces.office.automation_form import Draft, Part
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("automations.change", "GET", "POST")
def automation_new(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _began(request), None)
    return _changed(request, None)


@needs("automations.change", "GET", "POST")
def automation(request: PageRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(Rule, pk=pk)
    if request.method != "POST":
        return _page(request, form.of_rule(rules.content_of(found)), found)
    return _changed(request, found)


def _changed(request: PageRequest, found: Rule | None) -> HttpResponse:
    """Saved; or, without a script in the browser, drawn anew after a button."""
    draft = form.read(request.POST)
    if request.POST.get("do") != "save":
        return _page(request, form.changed(draft, _do(request)), found)
    content, faults = form.judge(draft).content, form.judge(draft).faults
    if faults:
        return _page(request, draft, found, faults=faults)
    try:
        saved = _save(request, content, found)
    except Refused as refusal:
        named = _named(refusal, draft)
        return _page(request, draft, found, faults=named, refused=None if named else refusal)
    return redirect("automation", saved.pk)


def _save(request: PageRequest, content: Mapping[str, Any], found: Rule | None) -> Rule:
    if found:
        seen = whole_number(request.POST.get("seen")) or 0
        saved = rules.change(found, content, seen=seen, by=request.person)
        messages.success(request, _("Saved."))
        return saved
    made = rules.add(content, by=request.person)
    messages.success(request, _("The automation is there, switched off. Try it on the last month, then switch it on."))
    return made


def _do(request: PageRequest) -> str:
    """Which button it was; one that adds says what beside it."""
    do = request.POST.get("do", "")
    added = {"add-act": "new", "add-cond": "new-cond"}.get(do)
    return f"{do}:{request.POST.get(added, '')}" if added else do


@needs("automations.change", "POST")
def automation_parts(request: PageRequest) -> HttpResponse:
    """What stands in the form, drawn anew after a choice or a button."""
    with choices.read_once():
        draft = form.changed(form.read(request.POST), _do(request))
        return render(request, "office/automation/parts.html", _parts(draft, _typed_faults(draft)))


@needs("automations.change", "POST")
def automation_check(request: PageRequest) -> HttpResponse:
    """While somebody types: the sentence, and what is wrong at each input; what is still empty is no fault yet."""
    with choices.read_once():
        draft = form.read(request.POST)
        context = {**_parts(draft, _typed_faults(draft)), "warnings": _circles(request, draft)}
        return render(request, "office/automation/check.html", context)


def _began(request: PageRequest) -> Draft:
    """Out of an example, or with nothing."""
    code = request.GET.get("example", "")
    if not code:
        return Draft()
    content = examples.content_of(code)
    if content is None:
        raise Http404
    return form.of_rule(content)


def _page(
    request: PageRequest,
    draft: Draft,
    found: Rule | None,
    *,
    faults: Mapping[str, str] | None = None,
    refused: Refused | None = None,
) -> HttpResponse:
    with choices.read_once():
        context = {
            **_parts(draft, faults or {}),
            "found": found,
            "seen": whole_number(request.POST.get("seen")) or (found.version if found else 0),
            "refused": refused,
            "warnings": _circles(request, draft) if draft.actions else [],
        }
        return render(
            request,
            "office/automation/rule.html",
            context,
            status=refused.status if refused else 422 if faults else 200,
        )


def _named(refusal: Refused, draft: Draft) -> dict[str, str]:
    """The room names parts by their place, the form by their key."""
    return {_name(name, draft): str(words) for name, words in refusal.fields.items()}


def _name(name: str, draft: Draft) -> str:
    whose, _dot, rest = name.partition(".")
    if whose == "options":
        return f"opt.{rest}" if rest else "trigger"
    place, _dot, own = rest.partition(".")
    if whose == "actions" and place.isdecimal():
        key = draft.actions[int(place)].key
        return f"act.{key}.{own}" if own else f"act.{key}"
    return name


def _typed_faults(draft: Draft) -> dict[str, str]:
    """Without those of inputs that are empty."""
    return {name: words for name, words in form.judge(draft).faults.items() if form.is_typed(draft, name)}


def _circles(request: PageRequest, draft: Draft) -> list[str]:
    """What of it would set itself going again; only of what is filled in."""
    sound = form.judge(draft)
    if sound.faults or not draft.trigger:
        return []
    rule = Rule.objects.filter(pk=whole_number(request.POST.get("rule")) or 0).first()
    try:
        return rules.faults({**sound.content, "name": draft.name or "…"}, rule=rule)
    except Refused as refusal:
        return [str(refusal.message)]


def _parts(draft: Draft, faults: Mapping[str, str]) -> dict[str, Any]:
    trigger = TRIGGERS.get(draft.trigger)
    said = wording.sentence(form.judge(draft).content)
    waits = inputs.duration("wait", _("Wait before it acts"), draft.wait_minutes, fault=faults.get("wait_minutes", ""))
    return {
        "draft": draft,
        "faults": faults,
        "sentence": said,
        "triggers": _grouped(TRIGGERS),
        "options": inputs.shown(trigger.form(draft.options), "opt", draft.options, faults) if trigger else [],
        "conditions": [_condition(one, faults) for one in draft.conditions],
        "actions": [_action(one, faults, words) for one, words in zip(draft.actions, said.thens, strict=True)],
        "asked": _grouped(CONDITIONS),
        "kinds": _grouped(ACTIONS),
        "parts_url": reverse("automation_parts"),
        "wait": waits,
        "onces": Rule.Once.choices,
        "insertable": sorted(texts.fields().items(), key=lambda one: str(one[1])),
    }


def _condition(part: Part, faults: Mapping[str, str]) -> dict[str, Any]:
    name = f"cond.{part.key}"
    known = CONDITIONS[part.kind]
    return {
        "key": part.key,
        "kind": part.kind,
        "title": known.title,
        "is_or": part.is_or,
        "inputs": inputs.shown(known.form(part.typed), name, part.typed, faults),
        "fault": faults.get(name, ""),
    }


def _action(part: Part, faults: Mapping[str, str], words: str) -> dict[str, Any]:
    name, action = f"act.{part.key}", ACTIONS[part.kind]
    return {
        "key": part.key,
        "kind": part.kind,
        "title": action.title,
        "words": words,
        "leads_outside": action.leads_outside,
        "inputs": inputs.shown(action.form(part.typed), name, part.typed, faults),
        "fault": faults.get(name, ""),
    }


def _grouped(known: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, str | Promise]]]]:
    groups: dict[str, list[tuple[str, str | Promise]]] = {}
    for code, one in known.items():
        groups.setdefault(str(getattr(one, "group", "")), []).append((code, one.title))
    return list(groups.items())
