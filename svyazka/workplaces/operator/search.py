"""Search as one types: clients and deals by a part of a name, a phone, an address or a deal's number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from svyazka.business.clients import search as index
from svyazka.business.deals.found import Found, find
from svyazka.kit import phones
from svyazka.workplaces.shared.door import PageRequest, needs

MOST_IN_BOX = 12
MOST_ON_PAGE = 50
LONGEST = 100


@dataclass(frozen=True)
class Row:
    """A hit as it stands in the list, what was typed marked in it."""

    number: int
    url: str
    title: SafeString
    below: SafeString
    deal: str
    stage: str
    colour: str


@dataclass(frozen=True)
class Group:
    name: str
    rows: list[Row]


@needs("clients.see")
def search(request: PageRequest) -> HttpResponse:
    """The lines below the search box."""
    typed = request.GET.get("q", "").strip()[:LONGEST]
    groups = found(typed, limit=MOST_IN_BOX)
    # Without the frame's context: this answers every letter.
    return HttpResponse(render_to_string("operator/search_hits.html", {"groups": groups, "typed": typed}))


@needs("clients.see")
def search_all(request: PageRequest) -> HttpResponse:
    typed = request.GET.get("q", "").strip()[:LONGEST]
    groups = found(typed, limit=MOST_ON_PAGE)
    count = sum(len(group.rows) for group in groups)
    context = {"groups": groups, "typed": typed, "count": count, "is_full": count >= MOST_ON_PAGE}
    return render(request, "operator/search.html", context)


def found(typed: str, *, limit: int) -> list[Group]:
    mark = marker(typed)
    of_kind: dict[str, list[Row]] = {}
    for number, one in enumerate(find(typed, limit=limit)):
        of_kind.setdefault(one.kind, []).append(_row(number, one, mark))
    names = {"client": _("Clients"), "deal": _("Deals")}
    return [Group(names[kind], rows) for kind, rows in of_kind.items()]


def marker(typed: str) -> Callable[[str], SafeString]:
    """A function that escapes a text and marks in it what was typed."""
    digits = phones.digits_of(typed)
    words = [word for word in index.words_of(typed) if not word.isdecimal() or len(word) < 5]

    def mark(text: str) -> SafeString:
        spans = [span for word in words for span in _of_word(text, word)]
        if len(digits) >= 3:
            spans += _of_digits(text, digits)
        pieces: list[str] = []
        end = 0
        for start, stop in sorted(spans):
            if start >= end:
                pieces += [escape(text[end:start]), "<mark>", escape(text[start:stop]), "</mark>"]
                end = stop
        return mark_safe("".join([*pieces, escape(text[end:])]))  # noqa: S308 - each piece is escaped

    return mark


def _of_word(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Where it stands; `петр` also in `Пётр`. Without a pattern: to compile one takes longer than the search."""
    plain = text.lower().replace("ё", "е")
    at = plain.find(word) if len(plain) == len(text) else -1
    while at >= 0:
        yield at, at + len(word)
        at = plain.find(word, at + len(word))


def _of_digits(text: str, digits: str) -> Iterator[tuple[int, int]]:
    """Where these digits stand in a row, whatever is written between them: `916123` in `+7 916 123-45-67`."""
    places = [place for place, char in enumerate(text) if char.isdigit()]
    at = "".join(text[place] for place in places).find(digits)
    if at >= 0:
        yield places[at], places[at + len(digits) - 1] + 1


def _row(number: int, one: Found, mark: Callable[[str], SafeString]) -> Row:
    numbers = [phones.readable(phone) for phone in one.phones[:3]]
    is_deal = one.kind == "deal"
    below = [one.address, *numbers[0 if one.name else 1 :]]
    if one.name and not numbers:
        below.append(one.contact)
    return Row(
        number=number,
        url=f"/deals/{one.deal_id}/" if is_deal else f"/clients/{one.client_id}/",
        title=mark(one.title),
        below=_joined(mark(text) for text in below if text),
        deal=f"№ {one.deal_id}" if one.deal_id else "",
        stage=one.stage,
        colour=one.colour,
    )


def _joined(texts: Iterable[SafeString]) -> SafeString:
    return mark_safe(" · ".join(texts))  # noqa: S308 - each is escaped
