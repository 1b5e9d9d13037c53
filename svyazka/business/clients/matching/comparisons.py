"""What requests were compared with, kept for a while: so that it can be said how sure the house is, and what other
weights would have made of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Comparison
from svyazka.business.journal.record import About, record
from svyazka.business.staff.models import Person
from svyazka.engines.matching.decide import Decision
from svyazka.engines.matching.hindsight import Candidate, candidates
from svyazka.engines.matching.refit import Judged
from svyazka.engines.matching.terms import TERMS
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

KEPT = timedelta(days=180)


def keep(client_id: int, decision: Decision) -> None:
    """With the decision itself, in the caller's transaction. `client_id`: whose the request became."""
    likely = [[one.id, dict(one.amounts), one.has_just_called] for one in candidates(decision)]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [clock.now(), client_id, decision.kind, json.dumps(likely), decision.version])


_KEEP = "insert into clients_comparison (at, client_id, kind, likely, weights) values (%s, %s, %s, %s, %s)"


def latest(most: int, *, since: datetime) -> list[Comparison]:
    return list(Comparison.objects.filter(at__gte=since).order_by("-at", "-pk")[:most])


def candidates_of(likely: Sequence[Sequence[Any]]) -> list[Candidate]:
    return [Candidate(number, amounts, has_just_called) for number, amounts, has_just_called in likely]


@transaction.atomic
def judge(comparison: Comparison, *, is_right: bool | None, by: Person) -> None:
    """Somebody has looked whether what was attached by itself belongs there. `None`: that was a mistake."""
    current = Comparison.objects.select_for_update().get(pk=comparison.pk)
    if current.kind != "certain":
        raise Refused(_("Nothing was attached here: a person was asked, or he was new."))
    before, current.is_right = current.is_right, is_right
    current.said_by, current.said_at = (None, None) if is_right is None else (by, clock.now())
    current.save(update_fields=["is_right", "said_by", "said_at"])
    about = About("comparison", current.pk, client_id=current.client_id)
    record("clients.attachment_judged", about, by=by, changes={"is_right": (before, is_right)})


def judged() -> Iterator[Judged]:
    """What people have said of attached requests, for weights to learn from."""
    said = Comparison.objects.filter(said_at__isnull=False, is_right__isnull=False).order_by("pk")
    for is_right, likely in said.values_list("is_right", "likely").iterator():
        amounts = {term: amount for term, amount in likely[0][1].items() if term in TERMS}
        yield Judged(amounts, same=bool(is_right))


def forget_old() -> None:
    """What people have said stays: weights learn from it."""
    Comparison.objects.filter(at__lt=clock.now() - KEPT, said_at=None).delete()
