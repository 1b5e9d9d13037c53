"""Clients pay online: a link for an invoice, asked after until the money is there, and entered once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from secrets import token_urlsafe

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.journal.record import About, Actor, Automaton, announce, record
from svyazka.business.money import books, payment_service, payments
from svyazka.business.money.models import Invoice, Payment, PaymentAccount, PaymentLink
from svyazka.business.money.payment_service import Access, Item, PaymentService, Told, Trouble, Wanted
from svyazka.business.staff.models import Person
from svyazka.kit import clock, secrets
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

HOUSE = Automaton("Online payments")
TROUBLES = {
    "wrong_key": gettext_lazy("The shop number or the secret key is wrong."),
    "forbidden": gettext_lazy("The service does not let this shop do that. Ask its support."),
    "refused": gettext_lazy("The service did not understand what it was asked for."),
    "unknown": gettext_lazy("The service does not know this payment."),
    "too_often": gettext_lazy("The service was asked too often; it is asked again by itself."),
    "unreachable": gettext_lazy("The service does not answer; it is asked again by itself."),
    "unsure": gettext_lazy("Nobody knows whether it went back: look into the service’s account, and try again then."),
    "another_sum": gettext_lazy("Another sum was paid than was asked for: look into the service’s account."),
}
AT_ONCE = 20
RESTS = timedelta(minutes=1)
# How old it is, and how often it is asked after until then: by itself, and where the service calls us besides.
PACES = (
    (timedelta(minutes=15), timedelta(seconds=20)),
    (timedelta(hours=3), timedelta(minutes=2)),
    (timedelta(days=2), timedelta(minutes=15)),
    (timedelta(days=14), timedelta(hours=6)),
)
PACES_OF_CALLED = (
    (timedelta(minutes=15), timedelta(minutes=3)),
    (timedelta(hours=3), timedelta(minutes=20)),
    (timedelta(days=14), timedelta(hours=6)),
)
CALLS_COUNT_FOR = timedelta(days=7)  # afterwards nobody knows whether they still come
_LOOKING = 5_219_133  # any number will do, as long as nobody else uses it
_SECRET, _SHOP = re.compile(r"[\x21-\x7e]{1,200}"), re.compile(r"[0-9]{1,20}")
State = PaymentLink.State
ASKED_OF = (State.ASKED, State.PENDING, State.OFF)


def account() -> PaymentAccount:
    return PaymentAccount.objects.filter(pk=1).first() or PaymentAccount(pk=1)


def account_code(own: PaymentAccount) -> str:
    """As it is called in the ledger."""
    return f"{own.kind}/{own.shop}"


def is_ready() -> bool:
    return account().is_on


def change_account(*, kind: str, shop: str, secret: str = "", gives_receipts: bool, by: Person) -> PaymentAccount:
    """Kept once it has answered. An empty secret is the one that is stored, as long as the shop is the same."""
    stored = account()
    entered = PaymentAccount(pk=1, kind=kind, shop=shop.strip(), gives_receipts=gives_receipts)
    _refuse(entered, secret.strip())
    is_same = (stored.kind, stored.shop) == (entered.kind, entered.shop)
    entered.secret = secrets.lock_away(secret.strip()) if secret.strip() else stored.secret if is_same else ""
    if not entered.secret:
        raise Refused(_("The secret key is needed."), fields={"secret": _("The secret key is needed.")})
    _insist_answers(entered)
    entered.is_on = True
    entered.public_key, entered.heard_at = stored.public_key or token_urlsafe(32), stored.heard_at
    entered.letter = stored.letter
    with transaction.atomic():
        PaymentAccount.objects.get_or_create(pk=1)
        entered.save(force_update=True)
        changes = {"shop": (stored.shop, entered.shop), "gives_receipts": (stored.gives_receipts, gives_receipts)}
        record("money.online_account", About("payment_account", 1), by=by, changes=changes)
    return entered


def _refuse(entered: PaymentAccount, secret: str) -> None:
    if entered.kind not in settings.PAYMENT_SERVICES:
        raise Refused(_("Choose one of them."), fields={"kind": _("Choose one of them.")})
    if not _SHOP.fullmatch(entered.shop):
        raise Refused(
            _("The number of a shop has digits only."), fields={"shop": _("The number of a shop has digits only.")}
        )
    if secret and not _SECRET.fullmatch(secret):
        said = _("This is no key: it has signs in it that no key has.")
        raise Refused(said, fields={"secret": said})


def check_account() -> None:
    stored = account()
    if not stored.kind:
        raise Refused(_("Enter the account first."))
    _insist_answers(stored)
    PaymentAccount.objects.filter(pk=1).update(trouble="", rests_until=None)


def _insist_answers(entered: PaymentAccount) -> None:
    try:
        service_of(entered).check()
    except Trouble as trouble:
        said = in_words(trouble.why)
        raise Refused(said, fields={"secret" if trouble.why == "wrong_key" else "kind": said}) from None


@transaction.atomic
def switch(*, on: bool, by: Person) -> None:
    current = PaymentAccount.objects.select_for_update().filter(pk=1).first()
    if current is None or not current.kind:
        raise Refused(_("Enter the account first."))
    if current.is_on != on:
        current.is_on, current.trouble, current.rests_until = on, "", None
        current.save()
        record("money.online_switched", About("payment_account", 1), by=by, changes={"is_on": (not on, on)})


def ask_link(invoice: Invoice, *, by: Person) -> PaymentLink:
    """Over what is still open of it. Pressed twice it is one link, and one payment at the service."""
    try:
        link = _ask_link(invoice, by=by)
    except IntegrityError:
        # Somebody was quicker.
        link = PaymentLink.objects.get(invoice=invoice, state__in=(State.ASKED, State.PENDING))
    if link.state == State.ASKED:
        look(link)
        link.refresh_from_db()
    return link


@transaction.atomic
def _ask_link(invoice: Invoice, *, by: Person) -> PaymentLink:
    current = Invoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if current.is_called_off or not current.open_amount:
        raise Refused(_("Nothing of this invoice is open."))
    known = PaymentLink.objects.filter(invoice=current, state__in=(State.ASKED, State.PENDING)).first()
    if known and known.amount == current.open_amount:
        return known
    if known:
        raise Refused(_("There is a link over another sum, which the client can still pay. Call it off first."))
    own = account()
    if not own.is_on:
        raise Refused(_("Nobody takes money online yet: Settings → Online payments."))
    contact = _contact(current.client_id) if own.gives_receipts else ""
    made = PaymentLink.objects.create(
        client_id=current.client_id,
        deal_id=current.deal_id,
        invoice=current,
        amount=current.open_amount,
        contact=contact,
        ask_at=clock.now(),
        at=clock.now(),
        by=by,
    )
    about = About("payment_link", made.pk, client_id=made.client_id, deal_id=made.deal_id)
    record("money.link_asked", about, by=by, changes={"amount": (None, str(made.amount))})
    return made


def _contact(client_id: int) -> str:
    """An e-mail before a phone: a receipt by SMS is often charged for."""
    kinds = ContactPoint.Kind
    points = ContactPoint.objects.filter(client=client_id, kind__in=(kinds.EMAIL, kinds.PHONE)).order_by("kind", "pk")
    first = points.first()
    if first is None:
        raise Refused(_("A receipt goes to a phone or an e-mail: this client has neither."))
    return first.value


def go_round() -> None:
    """Links that are due, by the worker."""
    if not PaymentLink.objects.filter(ask_at__lte=clock.now()).exists():
        return
    own = account()
    if not own.kind or (own.rests_until and own.rests_until > clock.now()):
        return
    with alone(_LOOKING) as nobody_else:
        due = PaymentLink.objects.filter(ask_at__lte=clock.now()).order_by("ask_at", "pk")[:AT_ONCE]
        for link in due if nobody_else else ():
            if not look(link):
                return


def look(link: PaymentLink) -> bool:
    """The service is asked, and what it says is settled. False: it does not answer."""
    own = account()
    if not own.kind:
        raise Refused(_("Nobody takes money online yet: Settings → Online payments."))
    try:
        service = service_of(own)
        told = service.look(link.outside_id) if link.outside_id else service.create(_wanted(link))
    except Trouble as trouble:
        _troubled(link, trouble)
        return not trouble.again
    rested(own)
    settle(link, told)
    return True


def _troubled(link: PaymentLink, trouble: Trouble) -> None:
    if trouble.again or trouble.why == "wrong_key":
        until = rest(trouble)
        PaymentLink.objects.filter(pk=link.pk).update(ask_at=until, why=trouble.why)
        return
    rows = PaymentLink.objects.filter(pk=link.pk, state__in=ASKED_OF)
    rows.update(state=State.FAILED, why=trouble.why, ask_at=None)
    announce("deal", link.deal_id, data={"client": link.client_id})


def rest(trouble: Trouble) -> datetime:
    """Nobody asks the service until then."""
    until = clock.now() + max(RESTS, timedelta(seconds=min(trouble.after, 3600)))
    PaymentAccount.objects.filter(pk=1).update(trouble=trouble.why, rests_until=until)
    return until


def rested(own: PaymentAccount) -> None:
    if own.trouble:
        PaymentAccount.objects.filter(pk=1).update(trouble="", rests_until=None)


@transaction.atomic
def call_off(link: PaymentLink, *, by: Person) -> None:
    """The client gets another one, or none. The service cannot take a page back: it is asked after until that lapses,
    and what is paid there nevertheless is entered. A second click changes nothing."""
    current = PaymentLink.objects.select_for_update().get(pk=link.pk)
    if current.state in (State.OFF, State.CANCELED):
        return
    if not current.is_open:
        raise Refused(_("This link is paid already, or did not come about."))
    before = current.state
    current.state = State.OFF if current.outside_id else State.CANCELED
    if not current.outside_id:
        current.ask_at = None
    current.save()
    _tell(current, before, by=by)


@transaction.atomic
def settle(link: PaymentLink, told: Told) -> None:
    """What the service says of it. Said twice, the money is entered once."""
    current = PaymentLink.objects.select_for_update(of=("self",)).select_related("invoice").get(pk=link.pk)
    if not current.is_asked_of:
        return
    before = current.state
    current.outside_id, current.url, current.why = told.outside_id, told.url or current.url, told.why[:60]
    if told.state == "succeeded":
        _take(current, told)
    elif told.state == "canceled":
        current.state, current.ask_at = State.CANCELED, None
    else:
        current.state = State.OFF if before == State.OFF else State.PENDING
        # A call that came while they were asked: once more, at once.
        current.ask_at = current.ask_at if current.ask_at != link.ask_at else next_at(current.at)
    current.save()
    if current.state != before:
        _tell(current, before, by=HOUSE)


def _take(link: PaymentLink, told: Told) -> None:
    link.ask_at = None
    if told.amount != link.amount or told.currency != "RUB":
        link.state, link.why = State.FAILED, "another_sum"
        return
    day = clock.local(told.paid_at).date() if told.paid_at else clock.today()
    link.state = State.SUCCEEDED
    link.payment = payments.enter(
        Client.objects.get(pk=link.invoice.client_id),
        told.amount,
        paid_on=books.open_day(min(day, clock.today())),
        origin=Payment.Origin.ONLINE,
        invoice=None if link.invoice.is_called_off else link.invoice,
        outside_id=told.outside_id,
        by=HOUSE,
    )


def _tell(link: PaymentLink, before: str, *, by: Actor) -> None:
    about = About("payment_link", link.pk, client_id=link.client_id, deal_id=link.deal_id)
    record("money.link", about, by=by, changes={"state": (str(before), str(link.state))})
    announce("deal", link.deal_id, data={"client": link.client_id})


def next_at(since: datetime) -> datetime | None:
    """The older, the less often; what has not come about within two weeks is asked of by hand."""
    now, called_at = clock.now(), account().heard_at
    is_called = called_at is not None and called_at > now - CALLS_COUNT_FOR
    paces = PACES_OF_CALLED if is_called else PACES
    pace = next((often for until, often in paces if now - since < until), None)
    return now + pace if pace else None


def _wanted(link: PaymentLink) -> Wanted:
    invoice = link.invoice
    title = title_of(invoice)
    items = items_of(link, link.amount) if link.contact else ()
    return Wanted(str(link.key), link.amount, title, settings.ADDRESS, link.contact, items)


def items_of(link: PaymentLink, amount: Decimal) -> Sequence[Item]:
    """Lines of a receipt over so much of its invoice: the invoice's own, where it is the whole of it."""
    invoice = link.invoice
    if amount == invoice.amount and invoice.lines:
        return [_item(one) for one in invoice.lines]
    return [Item(title_of(invoice), amount, _rate(invoice))]


def title_of(invoice: Invoice) -> str:
    return _("Invoice № {number}").format(number=invoice.number) if invoice.number else _("Work on site")


def _item(line: dict[str, str]) -> Item:
    rate = line.get("vat_rate")
    return Item(line["name"], Decimal(line["sum"]), Decimal(rate) if rate not in (None, "") else None)


def _rate(invoice: Invoice) -> Decimal | None:
    """Of a part there is one line: with the rate that all lines have."""
    rates = {_item(line).vat_rate for line in invoice.lines}
    return rates.pop() if len(rates) == 1 else None


def list_of_invoice(invoice: Invoice) -> list[PaymentLink]:
    return _listed(PaymentLink.objects.filter(invoice=invoice))


def list_of_deal(deal_id: int) -> list[PaymentLink]:
    return _listed(PaymentLink.objects.filter(deal=deal_id))


def _listed(rows: QuerySet[PaymentLink]) -> list[PaymentLink]:
    """With what went back of each."""
    return list(rows.select_related("by", "invoice").prefetch_related("refunds__by").order_by("-pk")[:AT_ONCE])


def in_words(why: str) -> str:
    return str(TROUBLES.get(why, why))


def service_of(own: PaymentAccount) -> PaymentService:
    return payment_service.of_kind(own.kind)(Access(own.shop, secrets.take_out(own.secret)))
