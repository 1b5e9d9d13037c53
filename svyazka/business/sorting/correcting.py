"""A person says what a line is about: that counts before all else, and the classifier learns from it."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.sorting.models import Category, Sorted
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

KINDS = (Interaction.Kind.MESSAGE, Interaction.Kind.FORM, Interaction.Kind.CALL)
_PLAIN = ("category_id", "how", "rule_id", "probability", "model_id", "by_id", "said_at")


@transaction.atomic
def correct(interaction_id: int, category: Category, *, by: Actor) -> Sorted:
    """Of this category; also where the house has said so itself: then it was right, and learns that. Said twice, it is
    said once."""
    line = _line(interaction_id)
    if not category.is_active:
        raise Refused(_("This category is switched off."))
    _stand_in_line(line)
    before = Sorted.objects.filter(pk=line.pk, at=line.at).first()
    if before and before.how == Sorted.How.PERSON and before.category_id == category.pk:
        return before
    # Who changes his mind goes back to what the house had said, not to his first thought.
    was = before.was if before and before.how == Sorted.How.PERSON else _as_it_was(before)
    values = {"category": category, "how": Sorted.How.PERSON, "rule_id": None, "by_id": by.actor_id}
    values |= {"probability": None, "model_id": None, "said_at": clock.now(), "was": was}
    if before:
        Sorted.objects.filter(pk=line.pk, at=line.at).update(**values)
        made = Sorted(pk=line.pk, at=line.at, **values)
    else:
        made = Sorted.objects.create(pk=line.pk, at=line.at, **values)
    _record("sorting.corrected", line, (before.category.code if before else None, category.code), by=by)
    return made


@transaction.atomic
def take_back(interaction_id: int, *, by: Actor) -> None:
    """As the house had it before anybody said otherwise. A second click changes nothing."""
    line = _line(interaction_id)
    _stand_in_line(line)
    current = Sorted.objects.filter(pk=line.pk, at=line.at, how=Sorted.How.PERSON).first()
    if current is None:
        return
    rows, was = Sorted.objects.filter(pk=line.pk, at=line.at), current.was
    before = Category.objects.filter(pk=was["category_id"]).first() if was else None
    if was and before:
        rows.update(**{**dict.fromkeys(_PLAIN), **was, "was": None})
    else:
        rows.delete()
    _record("sorting.taken_back", line, (current.category.code, before.code if before else None), by=by)


def _line(interaction_id: int) -> Interaction:
    line = Interaction.objects.filter(pk=interaction_id).first()
    if line is None or line.kind not in KINDS:
        raise Refused(_("Only messages, forms and calls have a category."))
    return line


def _stand_in_line(line: Interaction) -> None:
    """Two who say something of the same line at once say it one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"sorted {line.pk}"])


def _as_it_was(before: Sorted | None) -> dict[str, Any] | None:
    if before is None:
        return None
    kept = ("category_id", "how", "rule_id", "probability", "model_id")
    return {name: getattr(before, name) for name in kept if getattr(before, name) is not None}


def _record(verb: str, line: Interaction, change: tuple[str | None, str | None], *, by: Actor) -> None:
    about = About("interaction", line.pk, client_id=line.client_id, deal_id=line.deal_id)
    record(verb, about, by=by, changes={"category": change})
