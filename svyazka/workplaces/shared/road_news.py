"""News of a visit in words: for whoever goes there, and for a screen that anybody may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.notices.models import Notice
from svyazka.kit import clock, words
from svyazka.workplaces.shared.short import Short

_WORDS: Mapping[str, Any] = {
    "asked": gettext_lazy("at the client's wish"),
    "address": gettext_lazy("another address"),
    "phone": gettext_lazy("the client has another phone"),
    "confirmed": gettext_lazy("the client confirms"),
    "unconfirmed": gettext_lazy("no longer confirmed"),
}
_UNNAMED: Mapping[str, Any] = {
    "came": gettext_lazy("a colleague comes along"),
    "left": gettext_lazy("a colleague less"),
}
_NAMED: Mapping[str, Any] = {"came": gettext_lazy("{name} comes along"), "left": gettext_lazy("without {name}")}


def changes(what: Sequence[Sequence[str]], *, with_names: bool = True) -> str:
    """`today 15:00 → 16:30, another address`."""
    return ", ".join(_said(code, given, with_names=with_names) for code, *given in what)


def _said(code: str, given: Sequence[str], *, with_names: bool) -> str:
    if code == "moved":
        return _moved(*(datetime.fromisoformat(one) for one in given))
    if code in _NAMED:
        return str(_NAMED[code] if with_names and given[0] else _UNNAMED[code]).format(name=given[0])
    return str(_WORDS.get(code, ""))


def _moved(was: datetime, now: datetime) -> str:
    """The day only once, where it stays."""
    short = Short()
    before, after = short.moment(was), short.moment(now)
    if clock.local(was).date() == clock.local(now).date():
        after = f"{clock.local(now):%H:%M}"
    return f"{before} → {after}"


def title(one: Notice) -> str:
    """For a locked screen: what kind of visit, when, and what of it. No name, of a colleague neither, no street."""
    return _TITLES[one.kind](one) if one.kind in _TITLES else ""


def text(one: Notice) -> str:
    """What the title leaves out, for whoever wants it on his screen: the street, and who comes along."""
    of_people = [change for change in one.data.get("changes", ()) if change[0] in _NAMED]
    return ", ".join(filter(None, (str(one.data.get("street", "")), changes(of_people))))


def _at(one: Notice, name: str) -> str:
    return Short().moment(datetime.fromisoformat(one.data[name]))


def _kind(one: Notice) -> str:
    return words.here(one.data["kind"])


def _new(one: Notice) -> str:
    return _("New: {kind}, {when}").format(kind=_kind(one), when=_at(one, "visit_at"))


def _off(one: Notice) -> str:
    return _("Called off: {kind}, {when}").format(kind=_kind(one), when=_at(one, "was_at"))


def _given(one: Notice) -> str:
    return _("A colleague goes: {kind}, {when}").format(kind=_kind(one), when=_at(one, "was_at"))


def _changed(one: Notice) -> str:
    said = changes(one.data["changes"], with_names=False)
    if any(code == "moved" for code, *_given in one.data["changes"]):
        return f"{_kind(one)}: {said}"
    return f"{_kind(one)}, {_at(one, 'visit_at')}: {said}"


def _many(one: Notice) -> str:
    return _("Your visits have changed: {count}").format(count=one.data["count"])


def _tomorrow(one: Notice) -> str:
    said = _("Tomorrow: {visits}, the first at {hour}")
    first = clock.local(datetime.fromisoformat(one.data["first_at"]))
    return said.format(visits=one.data["count"], hour=f"{first:%H:%M}")


_TITLES: Mapping[str, Callable[[Notice], str]] = {
    "road.new": _new,
    "road.off": _off,
    "road.given": _given,
    "road.changed": _changed,
    "road.many": _many,
    "road.tomorrow": _tomorrow,
}
