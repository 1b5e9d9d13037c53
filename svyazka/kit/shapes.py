"""What the parts of a blueprint have to look like. A shape reads a node of the file, says what is wrong with it and
where, and gives plain values with nothing left out: those are checked further, compared and stored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from django.utils.translation import gettext as _

from svyazka.kit.yaml_text import Node

Path = tuple[str | int, ...]
LANGUAGES = ("ru", "en")  # in this order they are written; others behind them
_CODE = re.compile(r"[A-Za-z0-9_-]+")
_LANGUAGE = re.compile(r"[a-z]{2}")


@dataclass(frozen=True)
class Fault:
    """Something that cannot be so, in words. `line` 0: it came from no file."""

    path: Path
    text: str
    line: int = 0
    column: int = 0


@dataclass
class Reading:
    """What was found on the way through a file."""

    faults: list[Fault] = field(default_factory=list)
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def wrong(self, node: Node, path: Path, text: str) -> None:
        self.faults.append(Fault(path, text, node.line, node.column))

    def place(self, path: Path) -> tuple[int, int]:
        """Of the path itself, or of what it stands in."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (0, 0))


@dataclass(frozen=True)
class Mention:
    """Something names something else by its code."""

    path: Path
    section: str
    code: str


class Shape(Protocol):
    def read(self, node: Node, path: Path, reading: Reading) -> Any: ...

    def lean(self, value: Any) -> Any:
        """As it is written: in one order, without what goes without saying."""

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]: ...


class _Plain:
    """What mentions nothing, and is written as it is."""

    def lean(self, value: Any) -> Any:
        return value

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        return iter(())


@dataclass(frozen=True)
class Text(_Plain):
    longest: int = 120

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        text = _text(node)
        if text is None:
            reading.wrong(node, path, _("Here a text is needed."))
        elif not text.strip():
            reading.wrong(node, path, _("The text is missing."))
        elif len(text) > self.longest:
            reading.wrong(node, path, _("The text is longer than {most} signs.").format(most=self.longest))
        elif "\x00" in text:
            reading.wrong(node, path, _("There is a sign in it that is no letter."))
        else:
            return text
        return ""


@dataclass(frozen=True)
class Code(_Plain):
    longest: int = 50

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        text = _text(node) or ""
        if _CODE.fullmatch(text) and len(text) <= self.longest:
            return text
        reading.wrong(node, path, _("A code is needed here: Latin letters, digits, “_” and “-”."))
        return ""


@dataclass(frozen=True)
class Ref(Code):
    """The code of something in another section."""

    section: str = ""

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        if value:
            yield Mention(path, self.section, value)


@dataclass(frozen=True)
class Words:
    """A text in each language the company has it in: {ru: "…", en: "…"}."""

    longest: int = 120

    def read(self, node: Node, path: Path, reading: Reading) -> dict[str, str]:
        if not isinstance(node.value, dict):
            text = _("The text is missing.") if node.value == "" else _("Here a text is needed as {ru: …, en: …}.")
            reading.wrong(node, path, text)
            return {}
        _refuse_twice(node, path, reading)
        if not node.value:
            reading.wrong(node, path, _("The text is missing."))
        for language, one in node.value.items():
            if not _LANGUAGE.fullmatch(language):
                reading.wrong(one, path, _("“{key}” is no language: ru, en.").format(key=language))
        return self.lean({key: Text(self.longest).read(one, (*path, key), reading) for key, one in node.value.items()})

    def lean(self, value: Mapping[str, str]) -> dict[str, str]:
        known = {language for language, text in value.items() if text}
        first = [language for language in LANGUAGES if language in known]
        return {language: value[language] for language in [*first, *sorted(known - set(first))]}

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        return iter(())


@dataclass(frozen=True)
class Whole(_Plain):
    least: int = 0
    most: int = 100_000

    def read(self, node: Node, path: Path, reading: Reading) -> int | None:
        text = _text(node) or ""
        # Not isdigit: that one takes "²" too.
        if re.fullmatch(r"[0-9]{1,9}", text) and self.least <= int(text) <= self.most:
            return int(text)
        words = _("A whole number from {least} to {most} is needed here.")
        reading.wrong(node, path, words.format(least=self.least, most=self.most))
        return None


@dataclass(frozen=True)
class Yes(_Plain):
    def read(self, node: Node, path: Path, reading: Reading) -> bool:
        text = (_text(node) or "").lower()
        if text not in ("true", "false", "yes", "no"):
            reading.wrong(node, path, _("Here yes or no is needed."))
        return text in ("true", "yes")


@dataclass(frozen=True)
class OneOf(_Plain):
    of: tuple[tuple[str, object], ...]  # what may stand there, and what it is called

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        text = _text(node) or ""
        known = [value for value, _label in self.of]
        if text not in known:
            words = _("“{key}” is not known here. Known: {known}.")
            reading.wrong(node, path, words.format(key=_short(text), known=", ".join(known)))
        return text


@dataclass(frozen=True)
class Many:
    """A list. Records with a code are called by it, and no code stands in it twice."""

    of: Shape
    most: int = 500

    def read(self, node: Node, path: Path, reading: Reading) -> list[Any]:
        if node.value == "" and not node.is_quoted:
            return []
        if not isinstance(node.value, list):
            reading.wrong(node, path, _("A list is needed here."))
            return []
        if len(node.value) > self.most:
            reading.wrong(node, path, _("There are more than {most} of them.").format(most=self.most))
            return []
        found = []
        seen: set[str] = set()
        for place, one in enumerate(node.value):
            name = _code_of(one)
            if name in seen:
                reading.wrong(one, (*path, name), _("The code “{code}” stands here twice.").format(code=_short(name)))
            seen |= {name} - {""}
            here = (*path, name or place)
            reading.places.setdefault(here, (one.line, one.column))
            found.append(self.of.read(one, here, reading))
        return found

    def lean(self, value: Any) -> list[Any]:
        return [self.of.lean(one) for one in value]

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        for place, one in enumerate(value):
            name = one.get("code", place) if isinstance(one, Mapping) else place
            yield from self.of.mentions(one, (*path, name))


NEEDED: Any = object()


@dataclass(frozen=True)
class Part:
    """One key of a record: what it holds, what people call it, and what it is when it is left out."""

    shape: Shape
    label: object = ""
    default: Any = NEEDED


@dataclass(frozen=True)
class Record:
    parts: Mapping[str, Part]

    def read(self, node: Node, path: Path, reading: Reading) -> dict[str, Any]:
        given = node.value if isinstance(node.value, dict) else {}
        if not isinstance(node.value, dict):
            reading.wrong(node, path, _("Here keys with values are needed: {keys}.").format(keys=", ".join(self.parts)))
            return {key: _default(part) for key, part in self.parts.items()}
        _refuse_twice(node, path, reading)
        self._refuse_unknown(given, path, reading)
        return {key: self._part(key, part, node, path, reading) for key, part in self.parts.items()}

    def _refuse_unknown(self, given: Mapping[str, Node], path: Path, reading: Reading) -> None:
        for key, one in given.items():
            if key not in self.parts:
                words = _("“{key}” is not known here. Known: {known}.")
                fault = words.format(key=_short(key), known=", ".join(self.parts))
                reading.faults.append(Fault((*path, key), fault, one.key_line, 1))

    def _part(self, key: str, part: Part, node: Node, path: Path, reading: Reading) -> Any:
        assert isinstance(node.value, dict)
        if key not in node.value:
            if part.default is NEEDED:
                reading.wrong(node, path, _("“{key}” is missing.").format(key=key))
            return _default(part)
        one = node.value[key]
        if one.value == "" and not one.is_quoted and part.default is not NEEDED:
            return _default(part)
        reading.places.setdefault((*path, key), (one.line, one.column))
        return part.shape.read(one, (*path, key), reading)

    def lean(self, value: Any) -> dict[str, Any]:
        return {
            key: part.shape.lean(value[key])
            for key, part in self.parts.items()
            if part.default is NEEDED or value[key] != part.default
        }

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        for key, part in self.parts.items():
            if key in value and value[key] is not None:
                yield from part.shape.mentions(value[key], (*path, key))


class _Value(Text):
    """The code of a choice; or true and false, of a field that asks yes or no."""

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        text = super().read(node, path, reading)
        return {"true": True, "false": False}.get(text, text) if not node.is_quoted else text


@dataclass(frozen=True)
class Condition:
    """`only_when`: code of a field → values, one of which it must have."""

    section: str

    def read(self, node: Node, path: Path, reading: Reading) -> dict[str, list[Any]]:
        if not isinstance(node.value, dict):
            reading.wrong(node, path, _("Here a condition is needed: {field: [value, …]}."))
            return {}
        _refuse_twice(node, path, reading)
        for key, one in node.value.items():
            reading.places.setdefault((*path, key), (one.line, one.column))
            if one.value in ([], ""):
                reading.wrong(one, (*path, key), _("The condition names no value."))
        values = Many(_Value())
        return {key: values.read(one, (*path, key), reading) for key, one in node.value.items()}

    def lean(self, value: Any) -> dict[str, list[Any]]:
        return {key: list(value[key]) for key in sorted(value)}

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        for code in value:
            yield Mention((*path, code), self.section, code)


@dataclass(frozen=True)
class Later(_Plain):
    """The place of a section that does not exist yet: nothing may stand there."""

    def read(self, node: Node, path: Path, reading: Reading) -> list[Any]:
        if node.value not in ([], ""):
            words = _("This version cannot take “{section}” over yet; leave the list empty: [].")
            reading.wrong(node, path, words.format(section=path[-1]))
        return []


Item = dict[str, Any]


def _as_given(_own: Item, given: Item) -> Item:
    return given


def _no_faults(_content: Mapping[str, Any]) -> Iterator[Fault]:
    return iter(())


@dataclass(frozen=True)
class Section:
    """One section of a blueprint, as its room says: how it looks, how the company has it, how it is stored."""

    code: str
    label: object
    item: Record
    of_company: Callable[[], list[Item]]
    # All items in their order, the codes of those that are to be stored, and who does it.
    put: Callable[[list[Item], set[str], Any], None]
    faults: Callable[[Mapping[str, Any]], Iterator[Fault]] = _no_faults
    # The company's own item, the given one → what it is after taking that over: what is in use stays.
    after: Callable[[Item, Item], Item] = _as_given
    parts: str = ""  # key of a list whose records are taken over one by one

    @property
    def shape(self) -> Many:
        return Many(self.item)


def normal(shape: Shape, value: Any) -> Any:
    """As it would have been read from a file, whatever a screen has stored: two can be compared then."""
    if isinstance(shape, Many):
        return [normal(shape.of, one) for one in value]
    if isinstance(shape, Record):
        return {**value, **{key: normal(part.shape, value[key]) for key, part in shape.parts.items()}}
    return shape.lean(value) if isinstance(shape, Words | Condition) else value


def _text(node: Node) -> str | None:
    return node.value if isinstance(node.value, str) else None


def _code_of(node: Node) -> str:
    """By which a record is called; a list of texts has none."""
    code = node.value.get("code") if isinstance(node.value, dict) else None
    return code.value if code and isinstance(code.value, str) and _CODE.fullmatch(code.value) else ""


def _refuse_twice(node: Node, path: Path, reading: Reading) -> None:
    for key, line, column in node.twice:
        reading.faults.append(
            Fault((*path, key), _("“{key}” stands here twice.").format(key=_short(key)), line, column)
        )


def _default(part: Part) -> Any:
    """What is missing has been said; so that the rest can be checked too, something stands in its place."""
    if part.default is not NEEDED:
        return part.default
    return {} if isinstance(part.shape, Words) else [] if isinstance(part.shape, Many) else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
