"""Letters of agencies and sites that are requests: whose they are, and what is read where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fnmatch import fnmatchcase

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.identify import Contact, find_by_contact
from svyazka.business.clients.models import Interaction, Source
from svyazka.business.intake import marks
from svyazka.business.intake.connector import Ignore, NotUnderstood, connector
from svyazka.business.intake.marks import FIELDS, Mark, Reading
from svyazka.business.intake.models import Arrival, MailTemplate
from svyazka.business.intake.take_form import take_form
from svyazka.business.intake.ways_in import FormFilled, MailReceived
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import emails
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import folded

CONNECTOR = "email"
MOST = 200


def take_lead(mail: MailReceived, *, arrival: Arrival) -> dict[str, int] | None:
    """A request, where a template reads the whole of it. None: no template is for it. What fits half is a person's."""
    half: tuple[MailTemplate, Reading] | None = None
    for template in list_active():
        if not is_for(template, mail):
            continue
        reading = marks.read(mail.whole, marks_of(template))
        if reading.is_whole:
            return _take(mail, template, reading, arrival)
        half = half or (template, reading)
    if half:
        detail = ", ".join([half[0].name, *half[1].missing, *half[1].wrong])
        raise NotUnderstood(_("A template is for this letter, and could not read all of it."), detail=detail)
    return None


def list_active() -> Iterable[MailTemplate]:
    return MailTemplate.objects.filter(is_active=True).select_related("source").order_by("pk")[:MOST]


def is_for(template: MailTemplate, mail: MailReceived) -> bool:
    sender = template.sender
    is_his = mail.user_id.endswith(sender) if sender.startswith("@") else mail.user_id == sender
    return is_his and (not template.subject or fnmatchcase(folded(mail.subject), f"*{folded(template.subject)}*"))


def marks_of(template: MailTemplate) -> list[Mark]:
    return [Mark(**one) for one in template.marks]


def letter_of(arrival: Arrival) -> MailReceived:
    """Refused: it is no letter, or none that anybody could read."""
    if arrival.connector == CONNECTOR:
        try:
            for thing in connector(CONNECTOR).read(arrival):
                if isinstance(thing, MailReceived):
                    return thing
        except (Ignore, NotUnderstood):
            pass
    raise Refused(_("This is no letter from which a template could be made."))


def learn(mail: MailReceived, words: Mapping[str, str]) -> list[Mark]:
    """Out of what stands in this letter. Refused names the fields whose words do not."""
    found = {name: marks.mark(mail.whole, name, said) for name in FIELDS if (said := words.get(name, "")).strip()}
    lost = {name: _("These words do not stand in the letter.") for name, one in found.items() if one is None}
    if lost:
        raise Refused(_("Some of the words do not stand in the letter."), fields=lost)
    if not ({"phone", "email"} & found.keys()):
        words_of_phone = _("Mark the phone or the e-mail address: there has to be somebody to answer to.")
        raise Refused(words_of_phone, fields={"phone": words_of_phone})
    return [one for one in found.values() if one]


@transaction.atomic
def save(
    template: MailTemplate,
    *,
    arrival: Arrival,
    name: str,
    sender: str,
    subject: str,
    source: Source | None,
    words: Mapping[str, str],
    by: Actor,
) -> MailTemplate:
    """Out of a real letter, which it has to read whole."""
    mail = letter_of(arrival)
    learnt = learn(mail, words)
    template.name, template.sender, template.subject = _name(name), _sender(sender), subject.strip()[:200]
    template.source, template.marks, template.sample_id = source, [asdict(one) for one in learnt], arrival.pk
    if not is_for(template, mail):
        refusal = _("This letter does not come from there, or bears another subject.")
        raise Refused(refusal, fields={"sender": refusal})
    reading = marks.read(mail.whole, learnt)
    if not reading.is_whole:
        fields = {field: _("This cannot be read out of the letter.") for field in (*reading.missing, *reading.wrong)}
        raise Refused(_("The template does not read all of its own letter."), fields=fields)
    template.save()
    record("intake.mail_template_saved", About("mail_template", template.pk), by=by, note=template.name)
    return template


@transaction.atomic
def switch(template: MailTemplate, *, on: bool, by: Actor) -> None:
    if template.is_active != on:
        template.is_active = on
        template.save(update_fields=["is_active"])
        about = About("mail_template", template.pk)
        record("intake.mail_template_saved", about, by=by, changes={"is_active": (not on, on)}, note=template.name)


@transaction.atomic
def remove(template: MailTemplate, *, by: Actor) -> None:
    record("intake.mail_template_removed", About("mail_template", template.pk), by=by, note=template.name)
    template.delete()


def _take(mail: MailReceived, template: MailTemplate, reading: Reading, arrival: Arrival) -> dict[str, int]:
    if before := _taken_before(mail, reading):
        return {"client": before.client_id, "interaction": before.pk}
    said = reading.values
    form = FormFilled(
        name=said.get("name", ""),
        phone=said.get("phone", ""),
        email=said.get("email", ""),
        message=said.get("message", ""),
        address=said.get("address", ""),
        company=said.get("company", ""),
        utm={"utm_campaign": said["campaign"]} if said.get("campaign") else {},
    )
    return take_form(form, arrival=arrival, source=template.source, letter=mail.outside_id)


def _taken_before(mail: MailReceived, reading: Reading) -> Interaction | None:
    """The same letter about the same person: by its Message-ID and his contact."""
    for kind in ("phone", "email"):
        value = reading.values.get(kind)
        client = find_by_contact([Contact(kind, value)]) if value else None
        if client:
            lines = Interaction.objects.of_client(client.pk).filter(kind=Interaction.Kind.FORM)
            return lines.filter(data__letter=mail.outside_id).first()
    return None


def _name(typed: str) -> str:
    name = " ".join(typed.split())[:120]
    if not name:
        words = _("Give it a name that colleagues will recognise.")
        raise Refused(words, fields={"name": words})
    return name


def _sender(typed: str) -> str:
    """`leads@agency.ru`, or `@agency.ru` for all who write from there."""
    address = typed.strip().lower()
    try:
        return address if address.startswith("@") and emails.normalise(f"x{address}") else emails.normalise(address)
    except emails.NotAnEmail:
        words = _("A sender is written like leads@example.com, or @example.com for all who write from there.")
        raise Refused(words, fields={"sender": words}) from None
