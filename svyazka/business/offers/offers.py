"""Offers: made of the lines of a deal, sent, accepted or declined. What was sent is never changed: a new version is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.conversations import reach
from svyazka.business.conversations.channel import of_kind
from svyazka.business.conversations.reach import WayTo
from svyazka.business.deals import held
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Actor, Automaton, announce, record
from svyazka.business.offers import content, lines
from svyazka.business.offers.models import Offer, OfferTemplate
from svyazka.business.offers.rules import numbered, rules
from svyazka.business.staff.models import Person
from svyazka.kit import clock, texts
from svyazka.kit.refusals import ChangedMeanwhile, Refused

HOUSE = Automaton("Offers")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
LONGEST_NOTE, LONGEST_LETTER = 300, 4_000
State = Offer.State
Event = Literal["made", "renewed", "sent", "accepted", "declined", "expired", "to_send", "not_sent"]


@transaction.atomic
def make(deal: Deal, template: OfferTemplate, *, language: str = "ru", by: Person) -> Offer:
    """A draft with the next number of the year."""
    current, today = held.held(deal.pk), clock.today()
    number = _next_number(today.year)
    title = numbered(rules().number_pattern, number, today.year)
    made = Offer(deal=current, year=today.year, number=number, title=title)
    _fill(made, current, template, language=language, by=by)
    made.save()
    tell(made, "made", by=by)
    return made


@transaction.atomic
def renew(offer: Offer, *, template: OfferTemplate | None = None, language: str = "", by: Person) -> Offer:
    """With the lines that the deal has now. A draft is written anew; of one that was sent there is a new version, which
    takes its place."""
    deal = held.held(offer.deal_id)
    current = _held(offer)
    if not current.is_current:
        raise Refused(_("There is a newer version of this offer."))
    if current.state == State.ACCEPTED:
        raise Refused(_("The client has accepted this offer: make another one."))
    if current.try_at:
        raise Refused(_("This offer is on its way to the client."))
    template, language = template or current.template, language or current.language
    if current.state == State.DRAFT:
        made = current
        made.version += 1
    else:
        Offer.objects.filter(pk=current.pk).update(is_current=False)
        made = Offer(deal=deal, year=current.year, number=current.number, title=current.title)
        made.edition = current.edition + 1
    _fill(made, deal, template, language=language, by=by)
    made.save()
    tell(made, "renewed", by=by)
    return made


@transaction.atomic
def send(offer: Offer, *, account: str, user_id: str, text: str, by: Person) -> Offer:
    """The worker makes the paper and sends it (`delivering.py`). Refused here, where this client cannot be reached."""
    current = _held(offer)
    _insist_to_send(current)
    words = texts.storable(text).strip()
    if not words or len(words) > LONGEST_LETTER:
        said = _("Write something.") if not words else _("This is too long.")
        raise Refused(said, fields={"text": said})
    way = next((one for one in ways_of(current) if (one.account, one.user_id) == (account, user_id)), None)
    if way is None:
        raise Refused(_("This client cannot be reached by this channel."))
    if not way.can_write:
        raise Refused(way.why_not)
    current.wanted = {"account": account, "user_id": user_id, "text": words, "by": by.pk}
    current.try_at, current.tries, current.trouble = clock.now(), 0, ""
    current.version += 1
    current.save()
    tell(current, "to_send", by=by)
    return current


@transaction.atomic
def hand_over(offer: Offer, *, by: Actor) -> Offer:
    """Somebody has given it to the client himself, printed or by a way of his own."""
    current = _held(offer)
    _insist_to_send(current)
    return is_sent(current, by="", who=by)


@transaction.atomic
def accept(offer: Offer, *, by: Actor) -> Offer:
    """Its sum becomes that of the deal."""
    deal = held.held(offer.deal_id)
    current = _held(offer)
    if current.state == State.ACCEPTED:
        return current
    _insist_sent(current)
    current.state, current.answered_at, current.note = State.ACCEPTED, clock.now(), ""
    current.version += 1
    current.save()
    if deal.amount != current.total:
        facts.change(deal, {"amount": format(current.total, "f")}, by=by)
    tell(current, "accepted", by=by)
    return current


@transaction.atomic
def decline(offer: Offer, note: str, *, by: Actor) -> Offer:
    """`note`: what the client said."""
    current = _held(offer)
    if current.state == State.DECLINED:
        return current
    if current.state != State.EXPIRED:
        _insist_sent(current)
    said = texts.one_line(note)
    if len(said) > LONGEST_NOTE:
        words = _("This is too long.")
        raise Refused(words, fields={"note": words})
    current.state, current.answered_at, current.note = State.DECLINED, clock.now(), said
    current.version += 1
    current.save()
    tell(current, "declined", by=by)
    return current


def expire_due() -> int:
    """By the worker: what nobody has answered in time."""
    due = Offer.objects.filter(state=State.SENT, valid_until__lt=clock.today())
    with transaction.atomic():
        expired = list(due.select_for_update(skip_locked=True).order_by("pk")[:200])
        Offer.objects.filter(pk__in=[one.pk for one in expired]).update(state=State.EXPIRED)
        for one in expired:
            tell(one, "expired", by=HOUSE)
    return len(expired)


def of_deal(deal_id: int) -> list[Offer]:
    return list(Offer.objects.filter(deal=deal_id).defer("content").order_by("-id")[:50])


def ways_of(offer: Offer) -> list[WayTo]:
    """By which a paper can be brought to this client."""
    return [one for one in reach.ways_of(offer.client_id) if of_kind(one.kind).takes_files]


def is_sent(offer: Offer, *, by: str, who: Actor) -> Offer:
    """Inside the transaction that has sent it. `by`: the account."""
    offer.state, offer.sent_at, offer.sent_by = State.SENT, clock.now(), by
    offer.wanted, offer.try_at, offer.trouble = None, None, ""
    offer.version += 1
    offer.save()
    tell(offer, "sent", by=who)
    return offer


def tell(offer: Offer, event: Event, *, by: Actor) -> None:
    """The journal, by which rules hear of it; pages that are open; the history, where it is the client's business."""
    changes: dict[str, tuple[Any, Any]] = {"offer": (None, offer.named), "total": (None, offer.total)}
    record(f"offers.{event}", about(offer), by=by, changes=changes)
    announce("deal", offer.deal_id, data={"client": offer.client_id})
    if event in ("sent", "accepted", "declined", "expired"):
        data = {"offer": offer.named, "event": event, "total": format(offer.total, "f")}
        kind = Interaction.Kind.NOTE
        history.add(offer.client_id, kind=kind, deal_id=offer.deal_id, text=offer.note, data=data, by=by)


def about(offer: Offer) -> About:
    return About("offer", offer.pk, client_id=offer.client_id, deal_id=offer.deal_id)


def _fill(offer: Offer, deal: Deal, template: OfferTemplate, *, language: str, by: Person) -> None:
    sums = lines.sums_of([deal.pk]).get(deal.pk)
    if sums is None:
        raise Refused(_("There are no lines in this deal yet: choose what it is about first."))
    if language not in LANGUAGES:
        raise Refused(_("Choose one of the list."), fields={"language": _("Choose one of the list.")})
    now, today = clock.now(), clock.today()
    until = today + timedelta(days=template.valid_days)
    offer.client, offer.template, offer.language, offer.by = deal.client, template, language, by
    offer.made_at, offer.valid_until = now, until
    offer.total, offer.vat = sums.total, sums.vat
    offer.content = content.made_of(
        deal, lines.lines_of(deal.pk), sums, template,
        language=language, title=offer.named, day=today, valid_until=until, by=by,
    )  # fmt: skip


def _next_number(year: int) -> int:
    """Whoever comes second waits for the first: no number is left out, and none is given twice."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [year])
        (number,) = cursor.fetchone()
    return int(number)


_NEXT = """
insert into offers_offercounter (year, last) values (%s, 1)
on conflict (year) do update set last = offers_offercounter.last + 1 returning last
"""


def _held(offer: Offer) -> Offer:
    current = Offer.objects.select_for_update(of=("self",)).select_related("template").filter(pk=offer.pk).first()
    if current is None:
        raise ChangedMeanwhile
    return current


def _insist_to_send(offer: Offer) -> None:
    if offer.state != State.DRAFT:
        raise Refused(_("This offer is sent already: make a new version of it."))
    if offer.try_at:
        raise Refused(_("This offer is on its way to the client."))
    _insist_in_time(offer.valid_until)


def _insist_sent(offer: Offer) -> None:
    if not offer.is_current:
        raise Refused(_("There is a newer version of this offer."))
    if offer.state == State.DRAFT:
        raise Refused(_("This offer is not sent yet."))
    if offer.state != State.SENT:
        raise Refused(_("This offer does not hold any more: make a new version of it."))
    _insist_in_time(offer.valid_until)


def _insist_in_time(until: date) -> None:
    if until < clock.today():
        raise Refused(_("This offer does not hold any more: make a new version of it."))
