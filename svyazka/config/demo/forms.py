"""Forms of a page, as a browser would send them: with every hidden field that stands in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None
        self._text_of = ""
        self._choice_of = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = Form(given.get("action") or given.get("hx-post", ""))
            self.forms.append(self._inside)
        elif self._inside is None:
            return
        elif tag == "input" and given.get("name") and given.get("type") not in ("checkbox", "radio", "file", "submit"):
            self._inside.values[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._text_of = given.get("name", "")
            self._inside.values[self._text_of] = ""
        elif tag == "select":
            self._choice_of = given.get("name", "")
        elif tag == "option" and self._choice_of and "selected" in given:
            self._inside.values[self._choice_of] = given.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._inside and self._text_of:
            self._inside.values[self._text_of] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
        elif tag == "textarea":
            self._text_of = ""
        elif tag == "select":
            self._choice_of = ""


def forms_of(page: str) -> list[Form]:
    reader = _Reader()
    reader.feed(page)
    return reader.forms
