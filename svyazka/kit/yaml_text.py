"""YAML as people write it: maps, lists and texts, each with its place. Nothing of what makes the format dangerous."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# As read_event and its kind have it; the slower one stands in where the C library is missing.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
LONGEST = 1_000_000  # bytes
_DEEPEST = 20
_MOST = 100_000  # nodes


class Unreadable(Exception):
    """Not YAML, or more than a blueprint can be. `line` and `column` begin with 1; 0: the file as a whole."""

    def __init__(self, why: str, *, line: int = 0, column: int = 0) -> None:
        super().__init__(why)
        self.why, self.line, self.column = why, line, column


@dataclass(frozen=True)
class Node:
    """Something in the file. A text is not yet a number or a yes: what it has to be is said by whoever reads it."""

    value: str | list[Node] | dict[str, Node]
    line: int
    column: int
    is_quoted: bool = False
    key_line: int = 0  # of a value in a map: where its name stands
    twice: tuple[tuple[str, int, int], ...] = ()  # names that stand in this map more than once


def read(given: bytes) -> Node:
    if len(given) > LONGEST:
        raise Unreadable(_("The file is longer than 1 MB; a blueprint is a few pages."))
    try:
        text = given.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = given.count(b"\n", 0, fault.start) + 1
        raise Unreadable(_("This is no text in UTF-8."), line=line, column=1) from None
    try:
        return _Reading(text).whole()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        raise Unreadable(_why(f"{fault.context or ''}; {fault.problem or ''}"), **place) from None
    except yaml.reader.ReaderError as fault:
        line = text.count("\n", 0, fault.position) + 1
        raise Unreadable(_("There is a sign in it that is no letter."), line=line, column=1) from None


def _why(said: str) -> str:
    """What the library says in English, in our words: the kind of the fault."""
    kind = next((words for part, words in _KINDS if part in said), _UNKNOWN_KIND)
    return _("This is not YAML: {kind}.").format(kind=kind)


# The library's reader in C and the one in Python have sentences of their own. The first part that is in one counts.
_KINDS = (
    ("mapping values", gettext_lazy("a colon stands where none can be; put the text in quotation marks, or indent it")),
    ("escape", gettext_lazy("what stands behind a backslash is not known")),
    ("quoted scalar", gettext_lazy("a quotation mark is not closed")),
    ("cannot start any token", gettext_lazy("a tab, @, % or ` stands where no text can begin; indent by spaces")),
    ("anchor", gettext_lazy("a text that begins with & or * needs quotation marks")),
    ("tag", gettext_lazy("a text that begins with ! needs quotation marks")),
    ("flow", gettext_lazy("a bracket is not closed, or a comma is missing")),
    ("':'", gettext_lazy("a colon is missing behind a name")),
    ("block", gettext_lazy("the indent is another one than in the lines above")),
    ("document start", gettext_lazy("the indent is another one than in the lines above")),
)
_UNKNOWN_KIND = gettext_lazy("look at indents, quotation marks and colons")


class _Reading:
    def __init__(self, text: str) -> None:
        self._events = yaml.parse(text, Loader=_LOADER)
        self._nodes = 0

    def whole(self) -> Node:
        node: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.NodeEvent):
                if node is not None:
                    raise _at(event, _("Here a second document begins; a blueprint is one."))
                node = self._node(event, depth=0)
        if node is None:
            raise Unreadable(_("The file is empty."))
        return node

    def _node(self, event: Any, *, depth: int) -> Node:
        self._nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            raise _at(event, _("References (& and *) are not read here; write it out."))
        if event.tag and not (isinstance(event, yaml.ScalarEvent) and event.tag == "!"):
            raise _at(event, _("Tags (!) are not read here."))
        if depth > _DEEPEST or self._nodes > _MOST:
            raise _at(event, _("This is deeper or longer than a blueprint can be."))
        if isinstance(event, yaml.ScalarEvent):
            quoted = event.style in ("'", '"', "|", ">")
            text = "" if not quoted and event.value in ("~", "null") else event.value
            return Node(text, *_place(event), is_quoted=quoted)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(event, depth)
        return self._map(event, depth)

    def _list(self, start: Any, depth: int) -> Node:
        found = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            found.append(self._node(event, depth=depth + 1))
        return Node(found, *_place(start))

    def _map(self, start: Any, depth: int) -> Node:
        found: dict[str, Node] = {}
        twice = []
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise _at(event, _("Here a name is needed, not a list."))
            name = self._node(event, depth=depth + 1)
            value = self._node(next(self._events), depth=depth + 1)
            key = str(name.value)
            if key in found:
                twice.append((key, name.line, name.column))
            found[key] = Node(value.value, value.line, value.column, value.is_quoted, name.line, value.twice)
        return Node(found, *_place(start), twice=tuple(twice))


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _at(event: Any, why: str) -> Unreadable:
    line, column = _place(event)
    return Unreadable(why, line=line, column=column)
