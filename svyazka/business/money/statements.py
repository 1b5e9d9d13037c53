"""A bank's file comes in: read at once, looked through piece by piece, undone as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from svyazka.business.journal.record import About, Automaton, record
from svyazka.business.money import balances, bank_documents, books
from svyazka.business.money.bank_words import NO_ACCOUNT_OF_OURS
from svyazka.business.money.models import BankDocument, Statement, StatementRules
from svyazka.business.money.payers import Proposal, propose
from svyazka.business.money.statement_file import Document, Reader, StatementFile, Unreadable
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LARGEST_FILE = 20 * 1024 * 1024
MOST_DOCUMENTS = 50_000
AT_ONCE = 100  # documents that whoever sends the file may wait for
PIECE = 100
ROUBLES = ("810", "643", "RUR", "RUB")
HOUSE = Automaton("Bank statements")
_MOST_TROUBLES = 500
# Any numbers will do, as long as nobody else uses them.
_TAKING, _WORK = 5_219_131, 5_219_132
State, Way = BankDocument.State, BankDocument.Way


def take_in(name: str, content: bytes, *, by: Person) -> Statement:
    """Reads it whole; a small one is looked through at once, a large one by the worker. Refused says why not."""
    made = _keep(name, read(content), by=by)
    if made.documents.count() <= AT_ONCE:
        _go_through(made)
        made.refresh_from_db()
    return made


def read(content: bytes) -> StatementFile:
    """In whatever format it is written."""
    if len(content) > LARGEST_FILE:
        raise Refused(_("The file is too large: up to 20 MB can be read."))
    for path in settings.STATEMENT_FORMATS.values():
        reader: Reader = import_string(path)
        try:
            found = reader(content)
        except Unreadable as refusal:
            if refusal.why == "empty":
                raise Refused(_("The file is empty.")) from None
            continue
        if len(found.documents) > MOST_DOCUMENTS:
            raise Refused(_("The file has too many documents: {most} at most.").format(most=MOST_DOCUMENTS))
        return found
    raise Refused(_("This is no bank statement: a text file for 1C (1CClientBankExchange) is needed here."))


@transaction.atomic
def _keep(name: str, found: StatementFile, *, by: Person) -> Statement:
    with connection.cursor() as cursor:
        # The same file sent twice at once: whoever comes second finds all of it known.
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TAKING])
    ours = _ours(found)
    placed = [(one, _way(one, ours)) for one in found.documents]
    troubles = [[one.line, one.why.value, storable(one.said)] for one in found.troubles]
    troubles += [[one.line, NO_ACCOUNT_OF_OURS, storable(one.number)] for one, way in placed if way is None]
    days = [one.came_on or one.left_on or one.dated for one in found.documents]
    made = Statement.objects.create(
        name=storable(name)[:120],
        by=by,
        at=clock.now(),
        accounts=[storable(one)[:40] for one in found.accounts],
        balances=_judged(found, [(one, way) for one, way in placed if way]),
        troubles=sorted(troubles)[:_MOST_TROUBLES],
        begins_on=min([one.begins_on for one in found.balances if one.begins_on] or days, default=None),
        ends_on=max([one.ends_on for one in found.balances if one.ends_on] or days, default=None),
    )
    rows = [_row(made, one, way) for one, way in placed if way]
    _mark_known(rows)
    BankDocument.objects.bulk_create(rows, batch_size=500)
    record("money.statement_taken", About("statement", made.pk), by=by, changes={"name": (None, made.name)})
    return made


def _ours(found: StatementFile) -> set[str]:
    """Of this file, and of all before it: money that goes from one to the other comes from no client."""
    with connection.cursor() as cursor:
        cursor.execute("select distinct jsonb_array_elements_text(accounts) from money_statement")
        return {*found.accounts, *(account for (account,) in cursor.fetchall())}


def _way(one: Document, ours: Collection[str]) -> BankDocument.Way | None:
    came, went = one.payee.account in ours, one.payer.account in ours
    if came or went:
        return Way.BETWEEN if came and went else Way.IN if came else Way.OUT
    # A bank that names no account of ours says at least what it has booked.
    if bool(one.came_on) != bool(one.left_on):
        return Way.IN if one.came_on else Way.OUT
    return None


def _row(made: Statement, one: Document, way: BankDocument.Way) -> BankDocument:
    comes = way == Way.IN
    own, other = (one.payee, one.payer) if comes else (one.payer, one.payee)
    row = BankDocument(
        of=made,
        line=one.line,
        way=way,
        account=storable(own.account)[:40],
        number=storable(one.number)[:40],
        dated=one.dated,
        booked_on=(one.came_on if comes else one.left_on) or one.came_on or one.dated,
        amount=one.amount,
        other_name=storable(other.name)[:300],
        other_tax_number=storable(other.tax_number)[:12],
        other_kpp=storable(other.kpp)[:9],
        other_account=storable(other.account)[:40],
        purpose=storable(one.purpose)[:500],
    )
    if comes:
        row.key = _key(row)
        if len(row.account) == 20 and row.account[5:8] not in ROUBLES:
            row.state, row.why = State.ASIDE, "currency"
    else:
        row.state, row.why = State.LEFT, way.value
    return row


def _key(row: BankDocument) -> str:
    """The same document in any file. Nothing of it can be read in it."""
    said = "\n".join((row.account, row.number, row.dated.isoformat(), f"{row.amount:.2f}", row.other_account))
    return hashlib.sha256(said.encode()).hexdigest()


def _mark_known(rows: Sequence[BankDocument]) -> None:
    keys = [row.key for row in rows if row.key]
    known = set(BankDocument.objects.filter(key__in=keys).values_list("key", flat=True))
    for row in rows:
        if row.key and row.key in known:
            row.state, row.why, row.key = State.KNOWN, "known", ""
        elif row.key:
            known.add(row.key)


def _judged(found: StatementFile, placed: Sequence[tuple[Document, BankDocument.Way]]) -> list[dict[str, object]]:
    judged = []
    for account in dict.fromkeys(one.account for one in found.balances):
        of_account = [one for one in found.balances if one.account == account]
        came = sum((one.amount for one, way in placed if way != Way.OUT and one.payee.account == account), Decimal(0))
        went = sum((one.amount for one, way in placed if way != Way.IN and one.payer.account == account), Decimal(0))
        judged.append(balances.judged(account, of_account, (came, went)))
    return judged


def go_on() -> bool:
    """One piece of the oldest that is at work, by the worker; False: there is nothing to do."""
    if not Statement.objects.filter(state__in=_WORKS).exists():
        return False
    with alone(_WORK) as nobody_else:
        given = Statement.objects.filter(state__in=_WORKS).select_related("by").order_by("pk").first()
        if given is None or not nobody_else:
            return False
        return _piece(given)


def _go_through(given: Statement) -> None:
    with alone(_WORK) as nobody_else:
        while nobody_else and _piece(given):
            given.refresh_from_db()


def _piece(given: Statement) -> bool:
    if given.state not in _WORKS:
        return False
    work, next_state = _WORKS[given.state]
    with translation.override(given.by.language):
        if not work(given):
            Statement.objects.filter(pk=given.pk, state=given.state).update(state=next_state)
            announced = "money.statement_looked_through" if next_state == "ready" else "money.statement_undone"
            record(announced, About("statement", given.pk), by=given.by)
    return True


def look(given: Statement) -> bool:
    """Whose the next documents are; what is certain is entered, if the company says so. False: there were none."""
    documents = list(given.documents.filter(state=State.NEW).order_by("line")[:PIECE])
    if not documents:
        return False
    by_itself, closed = rules().enters_by_itself, books.books().closed_until
    for document, proposal in zip(documents, propose(documents), strict=True):
        _settle(document, proposal, closed)
    BankDocument.objects.bulk_update(
        documents, ["state", "why", "client", "invoice", "is_certain", "reasons"], batch_size=PIECE
    )
    for document in documents if by_itself else ():
        if document.state == State.WAITS and document.is_certain:
            _enter_by_itself(document)
    return True


def _settle(document: BankDocument, proposal: Proposal, closed: date | None) -> None:
    document.client_id, document.invoice_id = proposal.client_id, proposal.invoice_id
    document.is_certain, document.reasons = proposal.is_certain, proposal.reasons
    if proposal.is_no_client:
        document.state, document.why = State.LEFT, "no_client"
    elif document.booked_on > clock.today():
        document.state, document.why = State.ASIDE, "to_come"
    elif closed and document.booked_on <= closed:
        document.state, document.why = State.ASIDE, "closed"
    else:
        document.state = State.WAITS


def _enter_by_itself(document: BankDocument) -> None:
    """What is refused after all waits for a person."""
    try:
        bank_documents.enter(document, by=HOUSE)
    except Refused:
        return


@transaction.atomic
def undo(given: Statement, *, by: Person) -> None:
    """All that it has entered is corrected to nothing; the file may come again."""
    current = Statement.objects.select_for_update().get(pk=given.pk)
    if current.state != Statement.State.READY:
        raise Refused(_("This file is at work already. Look at the new state."))
    current.state, current.by = Statement.State.UNDOING, by
    current.save(update_fields=["state", "by"])
    record("money.statement_undoing", About("statement", current.pk), by=by, changes={"name": (current.name, None)})


def undo_piece(given: Statement) -> bool:
    """The next documents; what cannot be taken back stays, and is seen to stay."""
    entered = list(given.documents.filter(state=State.ENTERED).exclude(why="stays").order_by("-line")[:PIECE])
    for document in entered:
        try:
            bank_documents.take_back(document, by=given.by)
        except Refused:
            BankDocument.objects.filter(pk=document.pk).update(why="stays")
    if not entered:
        given.documents.exclude(state__in=(State.ENTERED, State.KNOWN)).update(state=State.UNDONE, key="")
    return bool(entered)


_WORKS: dict[str, tuple[Callable[[Statement], bool], Statement.State]] = {
    Statement.State.LOOKING: (look, Statement.State.READY),
    Statement.State.UNDOING: (undo_piece, Statement.State.UNDONE),
}


def rules() -> StatementRules:
    return StatementRules.objects.filter(pk=1).first() or StatementRules(pk=1)


@transaction.atomic
def change_rules(*, enters_by_itself: bool, by: Person) -> None:
    StatementRules.objects.get_or_create(pk=1)
    current = StatementRules.objects.select_for_update().get(pk=1)
    if current.enters_by_itself != enters_by_itself:
        current.enters_by_itself = enters_by_itself
        current.save()
        changes = {"enters_by_itself": (not enters_by_itself, enters_by_itself)}
        record("money.statement_rules", About("statement", 0), by=by, changes=changes)


def figures(given: Sequence[Statement]) -> dict[int, dict[str, int]]:
    """How many documents of each state, of each of these files."""
    counted = BankDocument.objects.filter(of__in=given).order_by().values_list("of", "state").annotate(n=Count("pk"))
    found = {one.pk: dict.fromkeys(State.values, 0) for one in given}
    for pk, state, number in counted:
        found[pk][state] = number
    return found
