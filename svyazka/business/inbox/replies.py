"""Texts that are written often, with {fields} in which the client's own words come."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.inbox.models import QuickReply
from svyazka.business.journal.names import reorder
from svyazka.business.journal.record import About, Actor, record
from svyazka.kit.refusals import ChangedMeanwhile, Refused

LONGEST = 4000
FIELDS: dict[str, Promise] = {
    "name": _("how the client is called"),
    "deal": _("the number of his open deal"),
    "manager": _("who looks after the deal"),
    "visit": _("when somebody comes next"),
    "address": _("the address of the deal"),
    "me": _("whoever writes"),
}
_FIELD = re.compile(r"\{([a-z_]*)\}")


def list_all() -> list[QuickReply]:
    return list(QuickReply.objects.order_by("position", "pk"))


def add(title: str, text: str, *, by: Actor) -> QuickReply:
    title, text = _title(title), _text(text)
    last = QuickReply.objects.aggregate(last=Max("position"))["last"]
    made = QuickReply(title=title, text=text, position=0 if last is None else last + 1)
    _save(
        made,
        lambda: made.save(force_insert=True),
        verb="inbox.quick_reply_added",
        changes={"title": (None, title)},
        by=by,
    )
    return made


def change(reply: QuickReply, title: str, text: str, *, version: int | None, by: Actor) -> QuickReply:
    title, text = _title(title), _text(text)
    with transaction.atomic():
        current = QuickReply.objects.select_for_update().get(pk=reply.pk)
        if version is not None and version != current.version:
            raise ChangedMeanwhile
        before = {"title": current.title, "text": current.text}
        after = {"title": title, "text": text}
        changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
        if changes:
            current.title, current.text, current.version = title, text, current.version + 1
            _save(current, current.save, verb="inbox.quick_reply_changed", changes=changes, by=by)
    return current


@transaction.atomic
def remove(reply: QuickReply, *, by: Actor) -> None:
    gone = QuickReply.objects.filter(pk=reply.pk)
    if gone.delete()[0]:
        about = About("quick_reply", reply.pk)
        record("inbox.quick_reply_removed", about, by=by, changes={"title": (reply.title, None)}, note=reply.title)


@transaction.atomic
def move(reply: QuickReply, *, up: bool, by: Actor) -> None:
    if changes := reorder(QuickReply.objects.all(), reply, up=up):
        record("inbox.quick_reply_moved", About("quick_reply", reply.pk), by=by, changes=changes, note=reply.title)


def filled(text: str, values: Mapping[str, str]) -> tuple[str, list[str]]:
    """As it will go out; and the fields of which nothing is known of this client: they stay as they are written."""
    unknown = [name for name in _FIELD.findall(text) if not values.get(name)]
    return _FIELD.sub(lambda found: values.get(found[1]) or found[0], text), list(dict.fromkeys(unknown))


def unfilled(text: str) -> list[str]:
    """Fields that nobody has filled in: nothing with them goes out."""
    return [name for name in dict.fromkeys(_FIELD.findall(text)) if name in FIELDS]


def _title(typed: str) -> str:
    title = " ".join(typed.replace("\x00", "").split())
    if not title or len(title) > 60:
        words = _("At most 60 letters.") if title else _("Give it a name.")
        raise Refused(words, fields={"title": words})
    return title


def _text(typed: str) -> str:
    text = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        words = format_lazy(_("At most {count} letters."), count=LONGEST) if text else _("Write something.")
        raise Refused(words, fields={"text": words})
    if wrong := [name for name in _FIELD.findall(text) if name not in FIELDS]:
        words = format_lazy(_("There is no field {name}."), name=f"{{{wrong[0]}}}")
        raise Refused(words, fields={"text": words})
    return text


def _save(
    reply: QuickReply,
    store: Callable[[], object],
    *,
    verb: str,
    changes: Mapping[str, tuple[object, object]],
    by: Actor,
) -> None:
    try:
        with transaction.atomic():
            store()
            record(verb, About("quick_reply", reply.pk), by=by, changes=changes)
    except IntegrityError as conflict:
        words = _("There is a reply of this name already.")
        raise Refused(words, fields={"title": words}) from conflict
