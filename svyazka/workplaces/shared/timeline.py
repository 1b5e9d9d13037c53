"""The one line of time: what happened with a client or in a deal, in words. For the deal's page and the client's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from svyazka.business.automation import log
from svyazka.business.clients import history, mentions
from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.deals.models import Field
from svyazka.business.intake import whole_letters
from svyazka.business.sorting import correcting, listing
from svyazka.business.sorting.listing import Shown
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, What
from svyazka.kit import clock, words
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import message_lines, money_lines, question_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.templatetags.svyazka import moment

Kind = Interaction.Kind
LONGEST = 2000  # letters of one text: a page of thirty stays within what a browser draws at once


@dataclass(frozen=True)
class Line:
    """One thing that happened, ready to be shown; nothing in the template asks the database."""

    id: str  # text, as it stands in addresses: a number would get its thousands separated
    icon: str
    tone: str  # "in": the client did it; "bad": it went wrong; "good"; "": ourselves
    title: str
    text: SafeString  # no more than its beginning, if it is long
    is_cut: bool
    who: str
    run: str  # of an automation that did it: its number in the log, as long as that is kept
    where: str  # the channel it came by
    when: str
    stamp: str
    deal: str
    of: str  # the other department whose deal it was
    waiting: bool
    taken_by: int | None
    details: tuple[tuple[str, str], ...]
    replies: Sequence[question_cards.Reply]  # to a question
    recording: str  # its address in the system that it came from
    page: str  # address of the site's page, only if it is one
    call: str  # whose page tells how it went; empty for anything else
    is_recorded: bool
    is_undone: bool
    merge: str  # whose page says what was merged, and undoes it
    message: message_lines.Shown | None  # what its channel knows of it
    folded: str  # of a letter: how it is signed, and what it repeats
    letter: str  # whose whole can be read; empty for anything else
    can_sort: bool  # something that has a category
    about: Shown | None  # which one


@dataclass(frozen=True)
class Page:
    """Lines, and where the earlier ones begin: the value of `before` in the next question, empty at the end."""

    lines: list[Line]
    before: str


def page(interactions: Sequence[Interaction], *, of: Mapping[int, str] | None = None) -> Page:
    """What `history.of_client` or `of_deal` found: one row more than a page says that there are earlier ones."""
    shown = list(interactions[: history.PAGE])
    more = len(interactions) > history.PAGE
    return Page(lines(shown, of=of), _written(shown[-1]) if more else "")


def lines(interactions: Sequence[Interaction], *, of: Mapping[int, str] | None = None) -> list[Line]:
    """Eight queries at most, however many: the names of the staff, of the channels, of the company's own fields, the
    answers to questions, what it is about, and three for messages, their files and how those went on that failed."""
    staff, channels = _names_of_staff(interactions), _names_of_channels(interactions)
    replies, fields = _replies(interactions), _names_of_fields(interactions)
    written = message_lines.of_lines(interactions)
    about = listing.of_lines([one for one in interactions if one.kind in correcting.KINDS])
    return [
        _line(one, staff, channels, of or {}, replies, fields, written.get(one.pk), about.get(one.pk))
        for one in interactions
    ]


@needs("clients.see")
def whole_text(request: PageRequest, pk: int) -> HttpResponse:
    """What a line shows only the beginning of."""
    found = get_object_or_404(Interaction, pk=pk)
    return render(request, "shared/whole_text.html", {"text": _text(found, found.text, _names_of_staff([found]))})


@needs("clients.see")
def whole_letter(request: PageRequest, pk: int) -> HttpResponse:
    """As it came, also where it was HTML; without whatever in it could do harm, or be fetched from elsewhere."""
    found = get_object_or_404(Interaction, pk=pk)
    letter = whole_letters.of_line(found)
    if letter is None:
        raise Refused(_("The letter is not kept any more."))
    context = {"line": found, "mail": letter.mail, "markup": mark_safe(letter.markup)}  # noqa: S308
    return render(request, "shared/whole_letter.html", context)


def read_before(written: str) -> history.Before | None:
    """What `Page.before` says, come back in an address; nonsense begins from the top."""
    stamp, _comma, number = written.partition("~")
    try:
        return datetime.fromtimestamp(int(stamp) / 1_000_000, UTC), int(number)
    except (ValueError, OverflowError, OSError):
        return None


def _written(last: Interaction) -> str:
    moment_of = last.at - datetime(1970, 1, 1, tzinfo=UTC)
    microseconds = (moment_of.days * 86_400 + moment_of.seconds) * 1_000_000 + moment_of.microseconds
    return f"{microseconds}~{last.pk}"


def _names_of_staff(interactions: Sequence[Interaction]) -> dict[int, str]:
    ids = {one.by_id for one in interactions if one.by_id}
    ids |= {one.data["by"] for one in interactions if isinstance(one.data.get("by"), int)}
    ids |= {int(number) for one in interactions for number in one.data.get("mentions", ())}
    return dict(Person.objects.filter(pk__in=ids).values_list("pk", "full_name")) if ids else {}


def _names_of_channels(interactions: Sequence[Interaction]) -> dict[str, str]:
    codes = {one.channel for one in interactions if one.channel and one.kind != Kind.CALL}
    return dict(ChannelAccount.objects.filter(code__in=codes).values_list("code", "name")) if codes else {}


def _replies(interactions: Sequence[Interaction]) -> Mapping[int, Sequence[question_cards.Reply]]:
    ids = [one.data["question"] for one in interactions if one.kind == Kind.QUESTION]
    return question_cards.replies(ids, Short()) if ids else {}


def _names_of_fields(interactions: Sequence[Interaction]) -> Mapping[str, str]:
    codes = {code for one in interactions for code in one.data.get("extra") or {}}
    return {field.code: field.name for field in Field.objects.filter(code__in=codes)} if codes else {}


def _line(
    one: Interaction,
    staff: Mapping[int, str],
    channels: Mapping[str, str],
    of: Mapping[int, str],
    replies: Mapping[int, Sequence[question_cards.Reply]],
    fields: Mapping[str, str],
    message: message_lines.Shown | None,
    about: Shown | None,
) -> Line:
    icon, tone, title = _SAYERS[one.kind](one)
    address = str(one.data.get("page") or "")
    return Line(
        id=str(one.pk),
        icon=icon,
        tone=tone,
        title=title,
        text=_text(one, one.text[:LONGEST], staff),
        is_cut=len(one.text) > LONGEST,
        who=_who(one, staff),
        run=_run(one),
        where=channels.get(one.channel, ""),
        when=moment(one.at),
        stamp=one.at.isoformat(),
        deal=str(one.deal_id or ""),
        of=of.get(one.deal_id or 0, ""),
        waiting=one.waiting,
        taken_by=one.taken_by_id,
        details=tuple(_details(one, fields)),
        replies=replies.get(one.data.get("question", 0), ()),
        recording=_recording_there(one),
        folded="\n\n".join(str(one.data[part]) for part in ("signature", "quoted") if one.data.get(part)),
        letter=str(one.pk) if one.arrival_id and (one.data.get("from") or one.data.get("letter")) else "",
        page=address if address.startswith(("https://", "http://")) else "",
        call=str(one.data.get("call") or "") if one.kind == Kind.CALL else "",
        is_recorded=bool(one.data.get("recording")),
        is_undone=bool(one.data.get("undone")),
        merge=str(one.data.get("merge") or "") if one.kind == Kind.MERGED else "",
        message=message,
        can_sort=one.kind in correcting.KINDS,
        about=about,
    )


def _recording_there(one: Interaction) -> str:
    address = str(one.data.get("recording_there") or "")
    return address if address.startswith(("https://", "http://")) else ""


def _text(one: Interaction, text: str, staff: Mapping[int, str]) -> SafeString:
    """As HTML: whoever is mentioned by the name that he has today."""
    parts = mentions.parts(text, one.data.get("mentions", {}) if one.kind == Kind.NOTE else {})
    drawn = (format_html(_MENTION, staff.get(number, part)) if number else part for part, number in parts)
    return format_html_join("", "{}", ((part,) for part in drawn))


_MENTION = '<b class="mention">@{}</b>'


def _who(one: Interaction, staff: Mapping[int, str]) -> str:
    if one.by_id:
        return staff.get(one.by_id, "")
    by = one.data.get("by")
    if rule := _by_rule(one):
        return _("by the rule “{name}”").format(name=rule)
    return staff.get(by, "") if isinstance(by, int) else str(by or "")


def _run(one: Interaction) -> str:
    by_a_rule = _by_rule(one) and isinstance(one.data.get("run"), int)
    return str(one.data["run"]) if by_a_rule and one.at > clock.now() - log.KEPT else ""


def _by_rule(one: Interaction) -> str:
    return "" if one.by_id or one.data.get("by") else str(one.data.get("rule") or "")


def _call(one: Interaction) -> tuple[str, str, str]:
    result, outgoing = one.data.get("result", ""), one.direction == Interaction.Direction.OUT
    if passed := one.data.get("passed_on"):
        return _call_passed_on(one, " → ".join(map(str, passed)))
    if result == "missed":
        return "phone-missed", "bad", _("Outgoing call, no answer") if outgoing else _("Missed call")
    if result == "busy":
        return "phone-missed", "bad", _("Outgoing call, busy") if outgoing else _("Incoming call, we were busy")
    return "phone", "" if outgoing else "in", _spoken(one)


def _call_passed_on(one: Interaction, whom: str) -> tuple[str, str, str]:
    if one.data.get("result") == "missed":
        said = _("{call}, passed on to {who}: nobody answered")
        return "phone-missed", "bad", said.format(call=_spoken(one), who=whom)
    return "phone", "in", _("{call}, passed on to {who}").format(call=_spoken(one), who=whom)


def _spoken(one: Interaction) -> str:
    title = _("Outgoing call") if one.direction == Interaction.Direction.OUT else _("Incoming call")
    if state := one.data.get("state"):
        how = _("it is ringing") if state == "ringing" else _("still going on")
        return f"{title} · {how}"
    seconds = one.data.get("seconds") or 0
    return f"{title} · {duration(int(seconds))}" if seconds or one.data.get("result") == "answered" else title


def _message(one: Interaction) -> tuple[str, str, str]:
    if subject := str(one.data.get("subject") or ""):
        is_ours = one.direction == Interaction.Direction.OUT
        title = _("Letter to the client: {subject}") if is_ours else _("Letter: {subject}")
        return "mail", "" if is_ours else "in", title.format(subject=subject)
    if one.direction == Interaction.Direction.OUT:
        return "message", "", _("Message to the client")
    return "message", "in", _("Message")


def _form(one: Interaction) -> tuple[str, str, str]:
    if one.data.get("repeats"):
        return "form", "in", _("The same request from the site once more")
    return "form", "in", _("Request taken down") if one.by_id else _("Request from the site")


def _visit(one: Interaction) -> tuple[str, str, str]:
    what = words.here(one.data.get("kind")) or _("Visit")
    event = one.data.get("event", "")
    said = _counted(one) if event in ("photos", "measured") else _VISIT_EVENTS.get(event, lambda: "")()
    named = said.format(
        when=_moment_of(one.data.get("at")),
        resource=one.data.get("resource", ""),
        status=dict(Visit.Status.choices).get(one.data.get("status", ""), ""),
        count=one.data.get("count", 0),
        told=dict(What.choices).get(one.data.get("what", ""), ""),
        lacks=one.data.get("lacks", ""),
        minutes=one.data.get("minutes", 0),
        form=words.here(one.data.get("form")),
        rows=one.data.get("rows", ""),
        number=one.data.get("number", ""),
    )
    good = ("confirmed", "done", "window_taken", "paid", "agreement_signed", "agreement_signed_by_link")
    bad = ("cancelled", "orphaned", "not_done", "extra_open")
    tone = "good" if event in good else "bad" if event in bad else ""
    if worked := one.data.get("worked"):
        named += ", " + _("worked {time}").format(time=duration(int(worked) * 60))
    return "visit", tone, f"{what}: {named}" if named else what


def _counted(one: Interaction) -> str:
    if one.data["event"] == "measured":
        return _("{form} is filled in, rows: {rows}") if one.data.get("rows") else _("{form} is filled in")
    return ngettext("{count} photo, {resource}", "{count} photos, {resource}", int(one.data.get("count", 0)))


def _stage(one: Interaction) -> tuple[str, str, str]:
    left, to = words.here(one.data.get("from")), words.here(one.data.get("to"))
    reason = words.here(one.data.get("reason"))
    return "stage", "bad" if reason else "", f"{left} → {to}" + (f" · {reason}" if reason else "")


def _appointed(one: Interaction) -> tuple[str, str, str]:
    names = {"before": one.data.get("from") or "—", "after": one.data.get("to") or "—"}
    if one.data.get("event") == "came_back":
        return "person", "bad", _("Not taken up in time: {before} → {after}").format(**names)
    return "person", "", _("Responsible: {before} → {after}").format(**names)


def _hand_off(one: Interaction) -> tuple[str, str, str]:
    event = one.data.get("event", "")
    said = _HAND_OFF_EVENTS.get(event, lambda: "")()
    named = said.format(**{"from": words.here(one.data.get("from")), "to": words.here(one.data.get("to"))})
    tone = {"returned": "bad", "accepted": "good"}.get(event, "")
    return "hand-off", tone, named or _("Hand-off")


def _question(_one: Interaction) -> tuple[str, str, str]:
    return "question", "", _("Question")


def _note(one: Interaction) -> tuple[str, str, str]:
    if one.data.get("offer"):
        return _offer(one)
    return "note", "", _("Note")


def _offer(one: Interaction) -> tuple[str, str, str]:
    tone, said = _OFFER_EVENTS.get(one.data.get("event", ""), ("", lambda: _("Offer {number}")))
    return "task", tone, said().format(number=one.data["offer"])


_OFFER_EVENTS: Mapping[str, tuple[str, Callable[[], str]]] = {
    "sent": ("", lambda: _("Offer {number} is sent")),
    "accepted": ("good", lambda: _("The client has accepted offer {number}")),
    "declined": ("bad", lambda: _("The client has declined offer {number}")),
    "expired": ("bad", lambda: _("Offer {number} was not answered in time")),
}


def _task(one: Interaction) -> tuple[str, str, str]:
    event = one.data.get("event", "")
    tone, said = _TASK_EVENTS.get(event, ("", lambda: "{what}"))
    again = _("ring again {when}").format(when=_moment_of(one.data["again"])) if one.data.get("again") else ""
    title = said().format(what=one.data.get("what", ""), to=one.data.get("to", ""))
    return "task", tone, f"{title} · {again}" if again else title


def _merged(one: Interaction) -> tuple[str, str, str]:
    names = {"name": one.data.get("name", ""), "number": one.data.get("client", "")}
    if one.data.get("undone"):
        return "link", "", _("Merged with {name} (№ {number}), and undone").format(**names)
    return "link", "", _("Merged with {name} (№ {number})").format(**names)


def _details(one: Interaction, fields: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a request brought besides its text, and what was corrected about a visit."""
    if one.kind == Kind.VISIT:
        named = {"address": _("Address"), "wishes": _("Wishes"), "brief": _("For whoever goes there")}
        corrected = [(name, one.data.get(part)) for part, name in named.items()]
        return [(name, str(value) or "—") for name, value in corrected if value is not None]
    if one.kind == Kind.CALL and one.data.get("phone"):
        return [(_("Phone"), str(one.data["phone"])[:60])]
    if one.kind != Kind.FORM:
        return []
    utm, extra = one.data.get("utm") or {}, one.data.get("extra") or {}
    told = [
        (_("Address"), one.data.get("address")),
        (_("Openings"), one.data.get("openings")),
        (_("Campaign"), " / ".join(str(value) for value in utm.values() if value)),
        *((fields.get(name, str(name)), value) for name, value in extra.items()),
    ]
    return [(name, str(value)[:300]) for name, value in told if value not in (None, "", [], {})]


def duration(seconds: int) -> str:
    """`3 min 20 s`."""
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return _("{hours} h {minutes} min").format(hours=minutes // 60, minutes=minutes % 60)
    if not minutes:
        return _("{seconds} s").format(seconds=rest)
    return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=rest)


def _moment_of(stamp: object) -> str:
    try:
        return moment(datetime.fromisoformat(str(stamp)))
    except ValueError:
        return ""


_VISIT_EVENTS: dict[str, Callable[[], str]] = {
    "booked": lambda: pgettext("visit", "booked for {when}, {resource}"),
    "moved": lambda: pgettext("visit", "moved to {when}, {resource}"),
    "replanned": lambda: pgettext("visit", "in the plan for {when} now, {resource}"),
    "changed": lambda: pgettext("visit", "corrected ({when}, {resource})"),
    "cancelled": lambda: pgettext("visit", "cancelled ({when}, {resource})"),
    "confirmed": lambda: pgettext("visit", "the client confirmed {when}"),
    "unconfirmed": lambda: pgettext("visit", "confirmation of {when} taken back"),
    "on_way": lambda: pgettext("visit", "{resource} is on the way"),
    "started": lambda: pgettext("visit", "{resource} has started"),
    "paused": lambda: pgettext("visit", "{resource} takes a break"),
    "gone_on": lambda: pgettext("visit", "{resource} goes on after {minutes} min"),
    "done": lambda: pgettext("visit", "done, {resource}"),
    "not_done": lambda: pgettext("visit", "could not be done ({when}, {resource})"),
    "taken_back": lambda: pgettext("visit", "put back to “{status}”, {resource}"),
    "reported": lambda: pgettext("visit", "note, {resource}"),
    "agreement_signed": lambda: pgettext("visit", "the client has signed on the phone: agreement № {number}"),
    "agreement_signed_by_link": lambda: pgettext("visit", "the client has signed by link: agreement № {number}"),
    "agreement_offered": lambda: pgettext("visit", "the client is to sign by link: agreement № {number}"),
    "agreement_thinks": lambda: pgettext("visit", "the client thinks it over: agreement № {number}"),
    "agreement_sent": lambda: pgettext("visit", "agreement № {number} was sent to the client"),
    "agreement_not_sent": lambda: pgettext("visit", "agreement № {number} could not be sent to the client"),
    "told": lambda: pgettext("visit", "the client was written to ({told})"),
    "waits": lambda: pgettext("visit", "on the waiting list"),
    "window_sent": lambda: pgettext("visit", "the client was offered {when}, {resource}, by a letter"),
    "window_taken": lambda: pgettext("visit", "the client has taken {when} by his link"),
    "window_declined": lambda: pgettext("visit", "{when} does not suit the client, he goes on waiting"),
    "orphaned": lambda: pgettext("visit", "lacks somebody: {lacks} ({when})"),
    "found": lambda: pgettext("visit", "lacks nobody any more ({when}, {resource})"),
    "materials": lambda: pgettext("visit", "used, {resource}"),
    "extra_open": lambda: pgettext("visit", "extra work, the client has not agreed yet"),
    "extra_on_spot": lambda: pgettext("visit", "extra work, agreed on the spot"),
    "extra_by_phone": lambda: pgettext("visit", "extra work, agreed by phone"),
    "extra_removed": lambda: pgettext("visit", "extra work is not done after all"),
    "paid": lambda: pgettext("visit", "the client has paid, {resource}"),
    "payment_corrected": lambda: pgettext("visit", "a payment was put right"),
    "late": lambda: pgettext("visit", "{resource} says: {minutes} minutes later"),
}
_HAND_OFF_EVENTS: dict[str, Callable[[], str]] = {
    "handed_on": lambda: _("Handed on: {from} → {to}"),
    "accepted": lambda: _("{to} accepted it"),
    "returned": lambda: _("{to} returned it to {from}"),
    "withdrawn": lambda: _("Hand-off taken back: {from} → {to}"),
    "taken_back": lambda: _("Mistaken answer taken back: {from} → {to}"),
}
_TASK_EVENTS: dict[str, tuple[str, Callable[[], str]]] = {
    "done": ("good", lambda: _("Done: {what}")),
    "reached": ("good", lambda: _("Reached: {what}")),
    "not_reached": ("bad", lambda: _("Not reached: {what}")),
    "wrong_number": ("bad", lambda: _("Wrong number")),
    "right_number": ("", lambda: _("The number is right after all")),
    "given": ("", lambda: _("Given to {to}: {what}")),
}
_SAYERS: dict[str, Callable[[Interaction], tuple[str, str, str]]] = {
    Kind.CALL: _call,
    Kind.MESSAGE: _message,
    Kind.FORM: _form,
    Kind.VISIT: _visit,
    Kind.STAGE: _stage,
    Kind.NOTE: _note,
    Kind.APPOINTED: _appointed,
    Kind.HAND_OFF: _hand_off,
    Kind.TASK: _task,
    Kind.QUESTION: _question,
    Kind.MERGED: _merged,
    Kind.PAYMENT: money_lines.said,
}
