"""The client is written to: where he wrote last, or by the first channel of the company's order that leads to him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts, whom
from svyazka.business.automation.action import CannotAct, Case, Done, TryLater
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.clients.models import Client
from svyazka.business.consents.standing import may_be_written_to
from svyazka.business.conversations import messages, reach, templates
from svyazka.business.conversations.channel import Template
from svyazka.business.conversations.models import ApprovedTemplate
from svyazka.business.conversations.reach import WayTo
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.inbox import replies, rules
from svyazka.business.inbox.models import QuickReply
from svyazka.business.journal.record import Actor
from svyazka.business.visits import client_rules
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import within

TEXT, REPLY, APPROVED = "text", "reply", "template"
LAST = "last"
RUNG_WITHIN = 60  # minutes of work


class WriteToClient:
    code: ClassVar[str] = "message"
    title: ClassVar[Any] = _("Write to the client")
    leads_outside: ClassVar[bool] = False  # it goes out by the queue of messages, which says nothing twice

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        kinds = ((TEXT, _("a text")), (REPLY, _("a quick reply")), (APPROVED, _("an approved template")))
        listed = tuple((str(one.pk), one.title) for one in replies.list_all())
        return [
            Ask("kind", "choice", _("What"), choices=kinds, required=True, initial=TEXT),
            Ask("text", "long", _("Text"), required=True, inserts=True, shown_when=("kind", (TEXT,))),
            Ask("reply", "choice", _("Which"), choices=listed, required=True, shown_when=("kind", (REPLY,))),
            Ask("template", "template", _("Which"), required=True, shown_when=("kind", (APPROVED,))),
            Ask(
                "values", "long", _("What stands in its places"), help=_("A line for each place."), inserts=True,
                shown_when=("kind", (APPROVED,)),
            ),
            Ask(
                "channel", "channel", _("By which channel"), required=True,
                first=((LAST, _("where he wrote last, else by our order")),),
                initial=LAST, shown_when=("kind", (TEXT, REPLY)),
            ),
            Ask("rings", "yes", _("Where nothing leads to him, a task to ring"), initial="1"),
        ]  # fmt: skip

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["text"], name="text")
        texts.insist_known(read["values"], name="values")
        if read["kind"] == APPROVED:
            _insist_places(read)
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("write to the client: {what}").format(what=_what(given))

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"message", *(["task"] if given["rings"] else [])})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        client = case.its_client
        _insist_consent(case)
        way = _way(given, client)
        if way is None:
            if given["rings"]:
                return gettext("nothing leads to him: a task to ring")
            raise _nowhere()
        text, _template = _said(given, case)
        return gettext("by {channel}: “{text}”").format(channel=way.name, text=due.shown(text, most=200))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        client = case.its_client
        _insist_consent(case)
        _wait_for_morning()
        way = _way(given, client)
        if way is None:
            return _ring(given, case, by=by)
        text, template = _said(given, case)
        deal_id = case.deal.pk if case.deal else None
        try:
            made = messages.say(
                client.pk, text, account=way.account, user_id=way.user_id, deal_id=deal_id, template=template, by=by
            )
        except Refused as refusal:
            raise CannotAct(str(refusal.message)) from refusal
        return Done(gettext("written by {channel}").format(channel=way.name), {"message": made.pk})


def _what(given: Mapping[str, Any]) -> str:
    if given["kind"] == REPLY:
        found = QuickReply.objects.filter(pk=given["reply"]).first()
        return f"“{found.title}”" if found else gettext("a quick reply that is gone")
    if given["kind"] == APPROVED:
        template = ApprovedTemplate.objects.filter(pk=given["template"]).first()
        return f"“{template.name}”" if template else gettext("a template that is gone")
    return f"“{due.shown(given['text'])}”"


def _insist_places(given: Mapping[str, Any]) -> None:
    template = ApprovedTemplate.objects.get(pk=given["template"])
    if len(_lines(given)) < template.places:
        said = gettext("The template has places to be filled in: {count}.").format(count=template.places)
        raise Refused(said, fields={"values": said})


def _lines(given: Mapping[str, Any]) -> list[str]:
    return [line.strip() for line in given["values"].splitlines() if line.strip()]


def _insist_consent(case: Case) -> None:
    client = case.its_client
    if not may_be_written_to(client.pk, deal_is_open=bool(case.deal and case.deal.is_open)):
        raise CannotAct(gettext("The client has withdrawn his consent: he is not written to."))


def _wait_for_morning() -> None:
    """In the quiet hours nobody is told anything."""
    kept, now = client_rules.rules(), clock.local(clock.now())
    if client_rules.is_quiet(now.time(), kept):
        raise TryLater(
            gettext("It is too late for a message: it goes in the morning."), at=_morning(now, kept.quiet_until)
        )


def _morning(now: datetime, begins: Any) -> datetime:
    today = clock.at(now.date(), begins)
    return today if today > now else clock.at(now.date() + timedelta(days=1), begins)


def _way(given: Mapping[str, Any], client: Client) -> WayTo | None:
    ways = reach.ways_of(client.pk)
    if given["kind"] == APPROVED:
        account = ApprovedTemplate.objects.filter(pk=given["template"]).values_list("account", flat=True).first()
        return next((one for one in ways if one.account == account and one.by_template), None)
    there = [one for one in ways if one.can_write]
    if given["channel"] != LAST:
        return next((one for one in there if one.account == given["channel"]), None)
    return next((one for one in there if one.heard_at), None) or _by_our_order(there)


def _by_our_order(there: Sequence[WayTo]) -> WayTo | None:
    """He has never written: the first channel of the company's order to which nobody has to have written."""
    order = rules.ways()
    ordered = sorted(there, key=lambda one: order.index(one.kind) if one.kind in order else len(order))
    return ordered[0] if ordered else None


def _said(given: Mapping[str, Any], case: Case) -> tuple[str, Template | None]:
    if given["kind"] == APPROVED:
        found = ApprovedTemplate.objects.filter(pk=given["template"]).first()
        if found is None:
            raise CannotAct(gettext("The template that the rule names is gone."))
        values = [texts.filled(line, case, insist=True) for line in _lines(given)]
        try:
            template, text = templates.filled_in(found.account, found.name, found.language, values)
        except Refused as refusal:
            raise CannotAct(str(refusal.message)) from refusal
        return text, template
    text = given["text"]
    if given["kind"] == REPLY:
        reply = QuickReply.objects.filter(pk=given["reply"]).first()
        if reply is None:
            raise CannotAct(gettext("The quick reply that the rule names is gone."))
        text = reply.text
    return texts.filled(text, case, insist=True), None


def _nowhere() -> CannotAct:
    return CannotAct(gettext("No channel leads to this client."))


def _ring(given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
    if not given["rings"]:
        raise _nowhere()
    person = whom.people({"who": whom.RESPONSIBLE}, case)[0]
    deal = case.deal if case.deal and case.deal.is_open else None
    text, _template = _said(given, case)
    what = within(gettext("Tell the client: {text}").format(text=" ".join(text.split())), 200)
    due_at = due.at(RUNG_WITHIN, person)
    made = tasks.plan(deal, what, due_at=due_at, kind=Task.Kind.CALL, person=person, by=by)
    return Done(gettext("no channel leads to him: a task to ring"), {"task": made.pk})
