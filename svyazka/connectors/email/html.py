"""HTML of letters: as text, and made harmless to be shown."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import nh3

_BLOCK_NAMES = "p div br tr table ul ol li h1 h2 h3 h4 h5 h6 blockquote section article header footer pre hr dl dt dd"
_KEPT_NAMES = (
    "a b blockquote br caption center code dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i ins li ol p pre q s small"
    " span strike strong sub sup table tbody td tfoot th thead tr u ul"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_SILENT = frozenset({"style", "script", "head", "title", "noscript", "template"})
_TAGS = frozenset(_KEPT_NAMES.split())
_ATTRIBUTES = {
    "a": {"href", "title"},
    "td": {"colspan", "rowspan", "align", "valign"},
    "th": {"colspan", "rowspan", "align", "valign"},
}


def safe(markup: str) -> str:
    """No script, no style, nothing that is fetched from elsewhere: whoever sent it would see that it is read."""
    return nh3.clean(
        markup,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        clean_content_tags={"script", "style", "title"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def to_text(markup: str) -> str:
    reader = _Reader()
    try:
        reader.feed(markup)
        reader.close()
    except (AssertionError, ValueError):  # a declaration that is none
        pass
    return reader.text()


class _Reader(HTMLParser):
    """A cell begins after a tab, so that what stands beside it in a table can be told; a quotation with “> ”."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._silent: list[str] = []
        self._quotes = 0
        self._links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in ("td", "th"):
            self._lines[-1] = self._lines[-1].rstrip(" ") + ("\t" if self._has_words() else "")
        elif tag in _BLOCKS:
            self._break()
        if tag == "blockquote":
            self._quotes += 1
            self._lines[-1] = "> " * self._quotes
        elif tag == "li":
            self._lines[-1] += "• "
        elif tag == "a":
            self._links.append((dict(attrs).get("href") or "", self._lines[-1]))

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent.pop()
        elif tag == "blockquote" and self._quotes:
            self._quotes -= 1
            self._break()
        elif tag == "a" and self._links:
            self._end_link()
        elif tag in _BLOCKS and tag != "br":
            self._break(is_paragraph=tag == "p")

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        text = re.sub(r"[\s\u00a0\u200b]+", " ", data)
        if not self._has_words() or self._lines[-1].endswith((" ", "\t")):
            text = text.lstrip(" ")
        self._lines[-1] += text

    def text(self) -> str:
        lines = [line.rstrip() for line in self._lines]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _has_words(self) -> bool:
        return bool(self._lines[-1].strip("> •"))

    def _break(self, *, is_paragraph: bool = False) -> None:
        if self._has_words():
            self._lines.append("> " * self._quotes)
            if is_paragraph:
                self._lines.append("> " * self._quotes)
        else:
            self._lines[-1] = "> " * self._quotes

    def _end_link(self) -> None:
        """The address, where it is not what is written, and leads to a page."""
        href, before = self._links.pop()
        shown = self._lines[-1][len(before) :] if self._lines[-1].startswith(before) else ""
        is_page = href.startswith(("http://", "https://")) and len(href) <= 200
        if is_page and shown.strip() and href.rstrip("/").partition("://")[2] not in shown:
            self._lines[-1] += f" ({href})"
