"""Numbers that are not rung: who said so, why, and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import DoNotCall
from svyazka.business.journal.record import About, record
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones
from svyazka.kit.asking import Asking, answered, ask
from svyazka.kit.refusals import Refused

Reason = DoNotCall.Reason
LONGEST_NOTE = 200
MOST_AT_ONCE = 5000


@dataclass(frozen=True)
class Forbidden:
    """One such number, as it is shown."""

    number: str
    reason: str
    note: str
    by: str  # who said so; empty: nobody of the staff
    at: datetime
    until: datetime | None
    by_id: int | None

    @property
    def why(self) -> str:
        return f"{Reason(self.reason).label}: {self.note}" if self.note else str(Reason(self.reason).label)


@transaction.atomic
def forbid(
    numbers: Collection[str],
    *,
    reason: str = Reason.WISH,
    note: str = "",
    until: datetime | None = None,
    client_id: int | None = None,
    by: Person,
) -> int:
    """They are not rung any more; what was said of one before is replaced by whoever may. `numbers`: E.164. Says how
    many."""
    if reason not in Reason.values:
        raise Refused(_("Say why these numbers are not to be rung."), fields={"reason": _("Choose a reason.")})
    if until and until <= clock.now():
        raise Refused(_("This time is over already."), fields={"until": _("This time is over already.")})
    said = {"reason": reason, "note": note.strip()[:LONGEST_NOTE], "by_id": by.pk, "at": clock.now(), "until": until}
    stand = {row.number for row in _said_by_others(numbers, by)}
    for number in sorted(set(numbers) - stand):
        row, _is_new = DoNotCall.objects.update_or_create(number=number, defaults=said)
        about = About("do_not_call", row.pk, client_id=client_id)
        record("calls.forbidden", about, by=by, changes={"number": ("", number)}, note=str(Reason(reason).label))
    return len(set(numbers))


@transaction.atomic
def allow(numbers: Collection[str], *, client_id: int | None = None, by: Person) -> int:
    """They may be rung again. What others have said is taken back only by whoever keeps the whole list."""
    if said := _said_by_others(numbers, by):
        who = Person.objects.filter(pk=said[0].by_id or 0).values_list("full_name", flat=True).first()
        words = _("This was entered by {who}: a head can take it back.")
        raise Refused(format_lazy(words, who=who or "—"))
    rows = list(DoNotCall.objects.select_for_update().filter(number__in=numbers).order_by("pk"))
    for row in rows:
        about = About("do_not_call", row.pk, client_id=client_id)
        record("calls.allowed", about, by=by, changes={"number": (row.number, "")})
    DoNotCall.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def may_allow(one: Forbidden, by: Person) -> bool:
    return one.by_id == by.pk or roles.may(by, "calls.override")


def _said_by_others(numbers: Collection[str], by: Person) -> list[DoNotCall]:
    """That is still in force, and not for this person to change."""
    if roles.may(by, "calls.override"):
        return []
    rows = DoNotCall.objects.filter(number__in=numbers).exclude(by_id=by.pk).exclude(until__lte=clock.now())
    return list(rows.select_for_update().order_by("pk"))


def of_numbers(numbers: Collection[str]) -> dict[str, Forbidden]:
    return answered(ask_of_numbers(numbers)) if numbers else {}


def of_client(client_id: int) -> dict[str, Forbidden]:
    """Those of his numbers that are not rung."""
    return answered(ask_of_client(client_id))


def ask_of_numbers(numbers: Collection[str]) -> Asking[dict[str, Forbidden]]:
    return _ask("one.number = any(%(given)s)", list(numbers))


def ask_of_client(client_id: int) -> Asking[dict[str, Forbidden]]:
    of_his = "one.number in (select value from clients_contactpoint where client_id = %(given)s and kind = 'phone')"
    return _ask(of_his, client_id)


def _ask(which: str, given: Any) -> Asking[dict[str, Forbidden]]:
    found = yield from ask(_FORBIDDEN.format(which=which), {"given": given, "now": clock.now()})
    return {row[0]: Forbidden(*row) for row in found}


_FORBIDDEN = """
select one.number, reason, note, coalesce(person.full_name, ''), one.at, one.until, one.by_id
from calls_donotcall one left join staff_person person on person.id = one.by_id
where {which} and (one.until is null or one.until > %(now)s) order by one.id
"""


# The same for plain SQL: of the phones of the client of the deal `d`, none may be rung. Ask it with `now`.
NOT_TO_BE_RUNG = """coalesce((select bool_and(exists (select from calls_donotcall stop where stop.number = point.value
        and (stop.until is null or stop.until > %(now)s)))
    from clients_contactpoint point where point.client_id = d.client_id and point.kind = 'phone'), false)"""


def read_pasted(text: str) -> tuple[list[str], list[str]]:
    """One number a line, or with commas between them: those that are numbers, and what is none."""
    pieces = [piece.strip() for piece in text.replace(",", "\n").replace(";", "\n").splitlines()]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) > MOST_AT_ONCE:
        raise Refused(_("No more than 5,000 numbers at once."), fields={"numbers": _("No more than 5,000 at once.")})
    numbers, others = [], []
    for piece in pieces:
        try:
            numbers.append(number_in(piece))
        except Refused:
            others.append(piece)
    return list(dict.fromkeys(numbers)), others


def number_in(typed: str) -> str:
    """As E.164."""
    try:
        return phones.normalise(typed)
    except phones.NotAPhone as refusal:
        raise Refused(_("This is no telephone number.")) from refusal
