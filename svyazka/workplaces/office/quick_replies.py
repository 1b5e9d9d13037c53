"""Texts that operators write often, with fields; and how clients are answered: order of the ways, Enter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.conversations.channel import of_kind
from svyazka.business.inbox import replies, rules
from svyazka.business.inbox.models import QuickReply
from svyazka.kit.refusals import ChangedMeanwhile
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.typed import whole_number

PLACES = 5  # how many ways may be tried one after another


class ReplyForm(Form):
    title = forms.CharField(
        label=gettext_lazy("Title"), max_length=60, help_text=gettext_lazy("By it the reply is found behind a slash.")
    )
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=replies.LONGEST, widget=forms.Textarea(attrs={"rows": 5})
    )


def _kinds() -> list[tuple[str, Any]]:
    return [("", _("nothing more")), *((kind, of_kind(kind).title) for kind in settings.CHANNELS)]


def _way(place: int) -> forms.ChoiceField:
    label = format_lazy(gettext_lazy("{place}. by"), place=place)
    return forms.ChoiceField(label=label, choices=_kinds, required=False)


class AnsweringForm(Form):
    enter_sends = forms.BooleanField(
        label=gettext_lazy("Enter sends an answer; whoever likes Ctrl+Enter better chooses that for himself"),
        required=False,
    )
    rings = forms.BooleanField(
        label=gettext_lazy("Where no way leads to the client, whoever wrote gets a task to ring him"), required=False
    )
    down_minutes = forms.IntegerField(
        label=gettext_lazy("A channel counts as down after, minutes"),
        help_text=gettext_lazy("What waits for it then goes another way."),
        localize=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    way_1, way_2, way_3, way_4, way_5 = (_way(place) for place in range(1, PLACES + 1))

    def ways(self) -> list[str]:
        chosen = (self.cleaned_data.get(f"way_{place}", "") for place in range(1, PLACES + 1))
        return [kind for kind in chosen if kind]


@needs("settings.change", "GET", "POST")
def quick_replies(request: PageRequest) -> HttpResponse:
    form = ReplyForm(request.POST or None)
    if saved(form, lambda: replies.add(**form.cleaned_data, by=request.person)):
        messages.success(request, _("The reply is added."))
        return redirect("quick_replies")
    context = {"form": form, "replies": replies.list_all(), "fields": _fields()}
    return render(request, "office/quick_replies.html", context, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def quick_reply(request: PageRequest, pk: int) -> HttpResponse:
    found = _found(pk)
    form = ReplyForm(request.POST or None, initial={"title": found.title, "text": found.text})
    version = whole_number(request.POST.get("version")) or 0
    try:
        if saved(form, lambda: replies.change(found, **form.cleaned_data, version=version, by=request.person)):
            messages.success(request, _("Saved."))
            return redirect("quick_replies")
    except ChangedMeanwhile as refusal:
        form.add_error(None, str(refusal.message))
    context = {"form": form, "reply": found, "fields": _fields()}
    return render(request, "office/quick_reply.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def quick_reply_place(request: PageRequest, pk: int) -> HttpResponse:
    replies.move(_found(pk), up=request.POST.get("to") == "up", by=request.person)
    return redirect("quick_replies")


@needs("settings.change", "POST")
def quick_reply_removal(request: PageRequest, pk: int) -> HttpResponse:
    replies.remove(_found(pk), by=request.person)
    messages.success(request, _("The reply is removed."))
    return redirect("quick_replies")


@needs("settings.change", "GET", "POST")
def answering(request: PageRequest) -> HttpResponse:
    kept = rules.rules()
    named = ("enter_sends", "rings", "down_minutes")
    initial = {name: getattr(kept, name) for name in named}
    initial |= {f"way_{place}": kind for place, kind in enumerate(rules.ways(), start=1)}
    form = AnsweringForm(request.POST or None, initial=initial)
    if saved(form, lambda: _change(form, request)):
        messages.success(request, _("Saved."))
        return redirect("answering")
    ways = [form[f"way_{place}"] for place in range(1, PLACES + 1)]
    context = {"form": form, "ways": ways[: max(2, min(PLACES, len(settings.CHANNELS)))]}
    return render(request, "office/answering.html", context, status=422 if form.errors else 200)


def _change(form: AnsweringForm, request: PageRequest) -> None:
    given = {name: form.cleaned_data[name] for name in ("enter_sends", "rings", "down_minutes")}
    rules.change(**given, ways=form.ways(), by=request.person)


def _found(pk: int) -> QuickReply:
    return get_object_or_404(QuickReply, pk=min(pk, 2**63 - 1))


def _fields() -> list[tuple[str, str]]:
    return [(f"{{{name}}}", str(words)) for name, words in replies.FIELDS.items()]
