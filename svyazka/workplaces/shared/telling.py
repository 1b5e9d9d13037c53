"""The journal in words: the same sentence on the deal's page and on the page of the whole journal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.links import TROUBLES
from svyazka.business.calls.models import Call
from svyazka.business.consents.models import ClientConsent, ConsentText
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Field, LossReason, Stage
from svyazka.business.intake.models import Arrival
from svyazka.business.journal.models import Entry
from svyazka.business.personal_data.models import Erasure
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits.models import Resource, Visit, Waiting
from svyazka.kit import phones
from svyazka.workplaces.shared.said import people_in, said
from svyazka.workplaces.shared.sentences import FIELDS, SENTENCES
from svyazka.workplaces.shared.templatetags.svyazka import moment


@dataclass(frozen=True)
class Names:
    """What ids and codes are called: five queries, however many entries."""

    people: Mapping[int, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Field] = field(default_factory=dict)  # the company's own
    reasons: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    what: str
    before: str
    after: str


def names_for(entries: Iterable[Entry]) -> Names:
    entries = list(entries)
    ids = {entry.by_id for entry in entries} | {entry.object_id for entry in entries if entry.kind == "person"}
    fields = {one.code: one for one in Field.objects.all()}
    for entry in entries:
        for at in (0, 1):
            ids |= people_in({key: _pair(entry, key)[at] for key in entry.changes}, fields)
    people = Person.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "full_name")
    return Names(
        people=dict(people),
        stages={stage.code: stage.name for stage in Stage.objects.all()},
        fields=fields | facts.OWN_FIELDS,
        reasons={reason.code: reason.name for reason in LossReason.objects.all()},
        channels=dict(ChannelAccount.objects.values_list("code", "name")),
        roles=roles.names() if any(entry.kind == "person" for entry in entries) else {},
    )


def tell(entry: Entry, names: Names) -> str:
    """One sentence without who and when: those stand beside it. A verb that nobody put in words is shown as it is."""
    sentence = SENTENCES.get(entry.verb)
    if sentence is None:
        return entry.verb
    before, after = _pair(entry, sentence.of)
    return str(sentence.words).format(
        before=_readable(sentence.of, before, names),
        after=_readable(sentence.of, after, names),
        whom=names.people.get(entry.object_id, "") if entry.kind == "person" else "",
        number=entry.object_id,
    )


def named(entry: Entry) -> str:
    """The sentence without what stood in it."""
    sentence = SENTENCES.get(entry.verb)
    return (
        str(sentence.words).format(before="…", after="…", whom="…", number=entry.object_id) if sentence else entry.verb
    )


def who(entry: Entry, names: Names) -> str:
    """The person; or what the house called itself when it acted alone."""
    if entry.by_id:
        return names.people.get(entry.by_id, _("somebody who is no longer here"))
    return names.channels.get(entry.actor) or str(_ACTORS.get(entry.actor, entry.actor))


def changes_of(entry: Entry, names: Names) -> list[Change]:
    """From which value to which, but not once more what the sentence has said."""
    said = SENTENCES[entry.verb].of if entry.verb in SENTENCES else ""
    return [
        Change(
            what=str(FIELDS.get(key) or roles.WORDS.get(key) or names.fields.get(key) or key),
            before=_readable(key, _pair(entry, key)[0], names),
            after=_readable(key, _pair(entry, key)[1], names),
        )
        for key in entry.changes
        if key != said
    ]


def _pair(entry: Entry, key: str) -> tuple[Any, Any]:
    pair = entry.changes.get(key)
    if isinstance(pair, Sequence) and not isinstance(pair, str) and len(pair) == 2:
        return pair[0], pair[1]
    return None, pair


def _readable(key: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return "—"
    if key in names.fields:
        return said(names.fields[key], value, names.people) or "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return " – ".join(_readable(key, one, names) for one in value)
    text = str(value)
    known = {"stage": names.stages, "loss_reason": names.reasons, "role": names.roles}.get(key) or _CHOICES.get(key, {})
    if key in roles.WORDS:
        known = _REACHES
    if text in known:
        return str(known[text])
    if key in ("phone", "number"):
        return phones.readable(text)
    return _time(text) or text


def _time(text: str) -> str:
    if len(text) < 19 or text[4] != "-" or "T" not in text:
        return ""
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return ""


_CHOICES: dict[str, Mapping[str, str | Promise]] = {
    "role": dict(Role.choices),
    "kind": dict(Resource.Kind.choices),
    "state": dict(Arrival.State.choices),
    "status": dict(Visit.Status.choices),
    "result": dict(Call.Result.choices),
    "language": dict(settings.LANGUAGES),
    "trouble": TROUBLES,
    "urgency": {str(code): name for code, name in Waiting.Urgency.choices},
    "consent": dict(ConsentText.Kind.choices),
    "way": dict(ClientConsent.Source.choices),
    "ground": dict(Erasure.Ground.choices),
    "told_by": dict(Waiting.ToldBy.choices),
}
_REACHES = {reach.name.lower(): words for reach, words in roles.REACHES.items()}
# What the house calls itself in the journal when it acts alone (journal.record.Automaton).
_ACTORS: dict[str, Promise] = {
    "command line": gettext_lazy("Command line"),
    "blueprint": gettext_lazy("Blueprint"),
    "parameters": gettext_lazy("Parameters"),
    "listener": gettext_lazy("Link to the PBX"),
    "planning": gettext_lazy("Planning by night"),
    "Waiting list": gettext_lazy("Waiting list"),
    "client": gettext_lazy("The client, on his page"),
    "Visits": gettext_lazy("Messages to clients"),
}
