"""Where requests come from. Which sources may go, `deals/giving_up.py` knows."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from svyazka.business.clients.models import Source
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit import codes, words


def add(typed: Mapping[str, str], *, by: Actor) -> Source:
    known = {one.code: one.words.get("ru", "") for one in Source.objects.all()}
    name = words.chosen(typed, besides=known.values())
    made = Source(code=codes.made_of(name, besides=known), words=name)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            record("clients.source_added", _about(made), by=by, changes={"name": (None, words.to_store(name))})
    except IntegrityError as conflict:
        raise words.taken() from conflict
    return made


@transaction.atomic
def rename(source: Source, typed: Mapping[str, str], *, by: Actor) -> Source:
    current = Source.objects.select_for_update().get(pk=source.pk)
    others = Source.objects.exclude(pk=current.pk).values_list("words__ru", flat=True)
    before, current.words = current.words, words.chosen(typed, besides=list(others))
    if current.words != before:
        current.save(update_fields=["words"])
        changes = {"name": (words.to_store(before), words.to_store(current.words))}
        record("clients.source_changed", _about(current), by=by, changes=changes)
    return current


@transaction.atomic
def remove(source: Source, *, by: Actor) -> None:
    changes = {"name": (words.to_store(source.words), None)}
    record("clients.source_removed", _about(source), by=by, changes=changes)
    source.delete()


def _about(source: Source) -> About:
    return About("source", source.pk)
