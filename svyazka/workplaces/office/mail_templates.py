"""Letters of agencies and sites: a template is made by marking words in a real one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Source
from svyazka.business.intake import mail_templates as templates
from svyazka.business.intake import marks
from svyazka.business.intake.models import Arrival, MailTemplate
from svyazka.business.intake.ways_in import MailReceived
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.typed import whole_number

WORDS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "company": gettext_lazy("Company"),
    "address": gettext_lazy("Address"),
    "message": gettext_lazy("Comment"),
    "campaign": gettext_lazy("Campaign"),
}
MOST_WAITING = 20
_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def _marked(name: str) -> forms.CharField:
    rows = 3 if name == "message" else 1
    widget = forms.Textarea(attrs={"rows": rows, "data-marked": name, **_PLAIN})
    label: Any = WORDS[name]
    return forms.CharField(label=label, max_length=4000, required=False, widget=widget)


class TemplateForm(Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    sender = forms.CharField(
        label=gettext_lazy("Sender"),
        max_length=200,
        help_text=gettext_lazy("leads@example.com, or @example.com for all who write from there"),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    subject = forms.CharField(
        label=gettext_lazy("What stands in the subject"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("A part of it; * is anything. Empty: any subject."),
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of its requests"), queryset=Source.objects.order_by("code"), required=False
    )
    name = _marked("name")
    phone = _marked("phone")
    email = _marked("email")
    company = _marked("company")
    address = _marked("address")
    message = _marked("message")
    campaign = _marked("campaign")

    @property
    def head(self) -> list[forms.BoundField]:
        return [self[name] for name in ("title", "sender", "subject", "source")]

    @property
    def places(self) -> list[forms.BoundField]:
        return [self[name] for name in marks.FIELDS]


@needs("settings.change")
def mail_templates(request: PageRequest) -> HttpResponse:
    waiting = Arrival.objects.filter(state=Arrival.State.STUCK, connector=templates.CONNECTOR)
    context = {
        "templates": MailTemplate.objects.select_related("source").order_by("name", "pk"),
        "waiting": [_shown(one) for one in waiting.order_by("-received_at")[:MOST_WAITING]],
    }
    return render(request, "office/mail_templates.html", context)


@needs("settings.change", "GET", "POST")
def mail_template_new(request: PageRequest) -> HttpResponse:
    asked = request.GET.get("arrival") or request.POST.get("arrival")
    return _edit(request, MailTemplate(), _sample(asked)) if asked else redirect("mail_templates")


@needs("settings.change", "GET", "POST")
def mail_template(request: PageRequest, pk: int) -> HttpResponse:
    found = _template(pk)
    sample = Arrival.objects.filter(pk=found.sample_id).first() if found.sample_id else None
    if sample is None:  # the ledger keeps letters for as long as the company says
        raise Refused(_("The letter out of which this template was made is not kept any more. Make a new one."))
    return _edit(request, found, sample)


@needs("settings.change", "POST")
def mail_template_state(request: PageRequest, pk: int) -> HttpResponse:
    templates.switch(_template(pk), on=request.POST.get("on") == "1", by=request.person)
    return redirect("mail_templates")


@needs("settings.change", "POST")
def mail_template_removal(request: PageRequest, pk: int) -> HttpResponse:
    templates.remove(_template(pk), by=request.person)
    messages.success(request, _("The template is removed."))
    return redirect("mail_templates")


@needs("settings.change", "POST")
def mail_template_trial(request: PageRequest) -> HttpResponse:
    """What it would read, of this letter and of those that wait, while words are being marked."""
    sample = _sample(request.POST.get("arrival", ""))
    context = {"readings": _tried(templates.letter_of(sample), sample, request)}
    return render(request, "office/mail_template_trial.html", context)


def _edit(request: PageRequest, template: MailTemplate, sample: Arrival) -> HttpResponse:
    mail = templates.letter_of(sample)
    form = TemplateForm(request.POST or None, initial=_initial(template, mail))
    if saved(form, lambda: _save(template, sample, form, request)):
        messages.success(request, _("Saved. Letters that wait can be run again now."))
        return redirect("mail_templates")
    context = {
        "template": template,
        "sample": sample,
        "mail": mail,
        "form": form,
        "readings": _of_marks(templates.marks_of(template), [(sample, mail)]) if template.pk else [],
    }
    return render(request, "office/mail_template.html", context, status=422 if form.errors else 200)


def _save(template: MailTemplate, sample: Arrival, form: TemplateForm, request: PageRequest) -> None:
    given = form.cleaned_data
    templates.save(
        template,
        arrival=sample,
        name=given["title"],
        sender=given["sender"],
        subject=given["subject"],
        source=given["source"],
        words={name: given[name] for name in marks.FIELDS},
        by=request.person,
    )


def _initial(template: MailTemplate, mail: MailReceived) -> dict[str, Any]:
    """Of a template that stands: the words of its own letter."""
    if not template.pk:
        return {"sender": mail.user_id, "subject": mail.subject}
    said = {one.field: marks.words_of(mail.whole, one) for one in templates.marks_of(template)}
    head = {"title": template.name, "sender": template.sender, "subject": template.subject}
    return {**head, "source": template.source, **said}


def _tried(mail: MailReceived, sample: Arrival, request: PageRequest) -> list[dict[str, Any]]:
    found = [marks.mark(mail.whole, name, request.POST.get(name, "")[:4000]) for name in marks.FIELDS]
    draft = MailTemplate(sender=request.POST.get("sender", "").strip().lower(), subject=request.POST.get("subject", ""))
    waiting = Arrival.objects.filter(state=Arrival.State.STUCK, connector=templates.CONNECTOR).exclude(pk=sample.pk)
    letters = [(sample, mail)]
    for one in waiting.order_by("-received_at")[:MOST_WAITING]:
        try:
            other = templates.letter_of(one)
        except Refused:
            continue
        if templates.is_for(draft, other):
            letters.append((one, other))
    return _of_marks([one for one in found if one], letters)


def _of_marks(made: list[marks.Mark], letters: list[tuple[Arrival, MailReceived]]) -> list[dict[str, Any]]:
    return [_reading(arrival, mail, marks.read(mail.whole, made)) for arrival, mail in letters] if made else []


def _reading(arrival: Arrival, mail: MailReceived, reading: marks.Reading) -> dict[str, Any]:
    return {
        "at": arrival.received_at,
        "subject": mail.subject,
        "values": [(WORDS[name], value) for name, value in reading.values.items()],
        "missing": [WORDS[name] for name in reading.missing],
        "wrong": [WORDS[name] for name in reading.wrong],
        "is_whole": reading.is_whole,
        "sure": reading.sure,
    }


def _shown(arrival: Arrival) -> dict[str, Any]:
    try:
        mail = templates.letter_of(arrival)
    except Refused:
        return {"arrival": arrival, "mail": None}
    return {"arrival": arrival, "mail": mail}


def _sample(typed: str) -> Arrival:
    number = whole_number(typed)
    found = Arrival.objects.filter(pk=number).first() if number else None
    if found is None:
        raise Refused(_("Choose a letter first."))
    return found


def _template(pk: int) -> MailTemplate:
    return get_object_or_404(MailTemplate.objects.select_related("source"), pk=pk)
