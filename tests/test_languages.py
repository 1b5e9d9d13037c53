"""No text without its translation, no text that nobody marked, no Russian in the code."""

from __future__ import annotations

import ast
import io
import re
import string
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent / "svyazka"
CYRILLIC = re.compile(r"[а-яёА-ЯЁ]")
# Function → which of its arguments are texts.
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "npgettext": ((1, "c"), 2, 3),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# Texts that are the same in both languages, or none.
NO_WORDS = re.compile(r"[^A-Za-zА-Яа-яЁё]*")

Key = tuple[str | None, str]


def templates() -> list[Path]:
    return sorted([*ROOT.rglob("templates/**/*.html"), *ROOT.rglob("fragments/**/*.jinja")])


def code() -> list[Path]:
    return sorted(path for path in ROOT.rglob("*.py") if "migrations" not in path.parts and not _is_test(path))


def _is_test(path: Path) -> bool:
    return path.name.startswith("test_") or path.name == "conftest.py"


def catalogues() -> list[Path]:
    return sorted(ROOT.rglob("locale/ru/LC_MESSAGES/django.po"))


def app_of(path: Path) -> str:
    """`svyazka/workplaces/office/…` → `workplaces/office`: whose catalogue has to know the texts of the file."""
    parts = path.relative_to(ROOT).parts
    return "/".join(parts[:2]) if parts[0] in ("business", "workplaces", "connectors") else "workplaces/shared"


def used() -> dict[Key, list[str]]:
    """Every marked text, and the files in which it stands."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    assert settings.configured
    found: dict[Key, list[str]] = defaultdict(list)
    # Fragments in Jinja hold no texts: those come ready from the view.
    for path in [*code(), *(path for path in templates() if path.suffix == ".html")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".html":
            text = templatize(text, origin=str(path))
        for _line, message, _comments, context in _extracted(text, path):
            forms = [message] if isinstance(message, str) else [form for form in message if form]
            if forms and forms[0]:
                found[context, forms[0]].append(str(path.relative_to(ROOT.parent)))
    return found


def _extracted(text: str, path: Path) -> list[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    try:
        return list(extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS))
    except (SyntaxError, tokenize.TokenError) as fault:
        raise AssertionError(f"{path} cannot be read: {fault}") from fault


def placeholders(text: str) -> set[str]:
    named = {name for _literal, name, _format, _conversion in _parse(text) if name}
    return named | set(re.findall(r"%\(\w+\)[sd]|%[sd]", text))


def _parse(text: str) -> list[tuple[str, str | None, str | None, str | None]]:
    try:
        return list(string.Formatter().parse(text))
    except ValueError:
        return []


def test_every_text_is_translated() -> None:
    """In the catalogue of its own app, or in the shared one."""
    known: dict[str, set[Key]] = {}
    for path in catalogues():
        with path.open("rb") as file:
            known[app_of(path)] = {
                (message.context, _first(message.id))
                for message in read_po(file)
                if message.id and all(_forms(message.string)) and not message.fuzzy
            }
    missing: dict[str, list[str]] = defaultdict(list)
    for key, places in sorted(used().items(), key=str):
        for place in places:
            app = app_of(ROOT.parent / place)
            if not any(key in known.get(one, ()) for one in (app, "workplaces/shared")):
                missing[place].append(key[1])
    assert not missing, _report("without a Russian translation", missing)


def test_catalogues_hold_nothing_broken_or_left_over() -> None:
    texts = set(used())
    wrong: dict[str, list[str]] = defaultdict(list)
    for path in catalogues():
        with path.open("rb") as file:
            catalogue = read_po(file)
        if catalogue.num_plurals != 3:
            wrong[str(path)].append("not three plural forms in the header")
        for message in catalogue:
            if not message.id:
                continue
            first = _first(message.id)
            if message.fuzzy:
                wrong[str(path)].append(f"fuzzy: {first}")
            if (message.context, first) not in texts:
                wrong[str(path)].append(f"nobody uses: {first}")
            if isinstance(message.id, tuple) and len(_forms(message.string)) != 3:
                wrong[str(path)].append(f"not three plural forms: {first}")
            allowed = placeholders(first) | placeholders(_last(message.id))
            for form in _forms(message.string):
                if form and (
                    placeholders(form) - allowed or (isinstance(message.id, str) and placeholders(form) != allowed)
                ):
                    wrong[str(path)].append(f"other placeholders: {first} → {form}")
    assert not wrong, _report("wrong in the catalogues", wrong)


def test_one_text_is_said_in_one_way() -> None:
    """The catalogues are poured into one: two translations of one text would take turns."""
    said: dict[Key, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for path in catalogues():
        with path.open("rb") as file:
            for message in read_po(file):
                if message.id:
                    said[message.context, _first(message.id)][" | ".join(_forms(message.string))].add(app_of(path))
    twice = {
        key[1]: [f"{text} ({', '.join(sorted(apps))})" for text, apps in ways.items()]
        for key, ways in said.items()
        if len(ways) > 1
    }
    assert not twice, _report("said in two ways", twice)


class _Texts(HTMLParser):
    """What a reader sees of a template: text, and the attributes that are read out or shown."""

    SHOWN = {"title", "placeholder", "alt", "aria-label", "data-copied", "data-confirm", "hx-confirm"}
    SILENT = {"script", "style", "code", "pre", "kbd"}

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self.inside.append(tag)
        self.found += [value for name, value in attrs if name in self.SHOWN and value and not _silent(value)]

    def handle_endtag(self, tag: str) -> None:
        if self.inside and tag == self.inside[-1]:
            self.inside.pop()

    def handle_data(self, data: str) -> None:
        if not self.inside and not _silent(data):
            self.found.append(" ".join(data.split()))


def _silent(text: str) -> bool:
    """A single letter names a key of the keyboard."""
    return bool(NO_WORDS.fullmatch(text)) or len(text.strip()) == 1


_COMMENT = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}", re.DOTALL)
_MARKED = re.compile(r"\{%-?\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*-?%\}", re.DOTALL)
_TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def unmarked(source: str) -> list[str]:
    for pattern in (_COMMENT, _MARKED, _TAG):
        source = pattern.sub("", source)
    reader = _Texts()
    reader.feed(source)
    return reader.found


def test_templates_hold_no_unmarked_text() -> None:
    found = {str(path.relative_to(ROOT.parent)): unmarked(path.read_text(encoding="utf-8")) for path in templates()}
    found = {path: texts for path, texts in found.items() if texts}
    assert not found, _report("not marked for translation", found)


# Where a text reaches a person: refusals, messages, labels of forms.
_SPEAKING = {"Refused", "ChangedMeanwhile", "success", "error", "info", "warning"}
_SPOKEN = {"label", "help_text", "empty_label", "verbose_name"}


def unmarked_in_code(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = getattr(getattr(node.func, "value", None), "id", "")
        speaks = name in _SPEAKING and (owner in ("", "messages", "refusals"))
        for argument in [*(node.args if speaks else []), *(k.value for k in node.keywords if k.arg in _SPOKEN)]:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and _speaks(argument.value):
                yield f"line {node.lineno}: {argument.value}"


def test_code_says_nothing_unmarked() -> None:
    found = {
        str(path.relative_to(ROOT.parent)): list(unmarked_in_code(path.read_text(encoding="utf-8"))) for path in code()
    }
    found = {path: texts for path, texts in found.items() if texts}
    assert not found, _report("not marked for translation", found)


def _speaks(text: str) -> bool:
    """A word in small letters is a key of ours, as in `Refused(403, "wrong_site")`."""
    return not _silent(text) and not re.fullmatch(r"[a-z_]+", text)


# Where Russian in the code is no text for people, and why.
_RUSSIAN_IS_DATA = {
    "config/settings.py": "a language is called by its own name",
    "config/database.py": "checks that the database knows Cyrillic letters",
    "kit/addresses.py": "words of addresses: street, house, flat",
    "kit/streets.py": "the same: what a street is told by",
    "kit/regions.py": "towns as they stand in addresses; both languages side by side, for the edge reads it",
    "connectors/client_bank/words.py": "the words of a file format of Russian banks",
    "edge/words.py": "stands without Django: both languages side by side, see the test below",
    "business/catalogue/pasting.py": "how people head the columns of a price list",
    "business/catalogue/vat.py": "how people write that there is no VAT",
    "kit/spelled.py": "numerals: both languages side by side",
    "business/conversations/mailbox.py": "what programs put before the subject of an answer",
    "business/conversations/widget_words.py": "stands without Django: both languages side by side, as above",
    "business/site_work/pasting.py": "how people head the columns of a price list",
    "business/money/purpose.py": "how people name an invoice in the purpose of a payment",
    "business/moving_in/cells.py": "months, weekdays and currencies as people write them into tables",
    "business/moving_in/cleaning.py": "what stands before a town",
    "business/moving_in/heads.py": "how a line of totals begins",
    "business/moving_in/known_titles.py": "whose column it is, as other systems say it",
    "business/moving_in/mapping.py": "how stages are called at which deals end",
    "connectors/email/imap.py": "how programs call the folder of what was sent",
    "connectors/email/quotes.py": "with which words mail programs begin a quotation, and people a signature",
    "connectors/web_form/fields.py": "what the makers of forms call their fields",
    "engines/matching/birthdays.py": "names of months, and what stands behind a year",
    "engines/matching/companies.py": "legal forms and trades as they stand in names",
    "engines/matching/first_names.py": "endings of patronymics and cases",
    "engines/matching/letters.py": "letters of keyboards and alphabets",
    "config/bench/matching_febrl.py": "words of addresses",
    "engines/matching/made_up.py": "made-up names and streets",
    "engines/matching/mailboxes.py": "what people write for the sign",
    "engines/matching/meaningless.py": "what people type where they do not want to say",
    "engines/matching/people.py": "notes beside names, endings of surnames",
    "engines/matching/phone_cells.py": "what stands beside numbers",
    "engines/matching/places.py": "words of addresses",
    "engines/matching/scribble.py": "how people write things down",
}
# Folding of letters, and single words that a person may type: "да".
_LETTERS = 4


def test_code_and_templates_hold_no_russian() -> None:
    found: dict[str, list[str]] = {}
    for path in code():
        if str(path.relative_to(ROOT)) in _RUSSIAN_IS_DATA:
            continue
        found[str(path.relative_to(ROOT.parent))] = [
            f"line {line}: {text[:60]}"
            for line, text in _strings(path)
            if CYRILLIC.search(text) and len(text) > _LETTERS
        ]
    for path in [*templates(), *ROOT.rglob("static/**/*.js")]:
        if "vendor" in path.parts:
            continue
        found[str(path.relative_to(ROOT.parent))] = [
            f"line {number}: {line.strip()[:80]}"
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
            if CYRILLIC.search(line)
        ]
    found = {path: texts for path, texts in found.items() if texts}
    assert not found, _report("written in Russian", found)


def test_the_edge_says_everything_in_both_languages() -> None:
    from svyazka.edge.words import _WORDS

    lame = [
        word for word, (russian, english) in _WORDS.items() if not CYRILLIC.search(russian) or CYRILLIC.search(english)
    ]
    assert lame == []


def _strings(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docstrings:
            yield node.lineno, node.value


def _first(text: object) -> str:
    return str(text[0]) if isinstance(text, (tuple, list)) else str(text)


def _last(text: object) -> str:
    return str(text[-1]) if isinstance(text, (tuple, list)) else str(text)


def _forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, (tuple, list)) else [str(text or "")]


def _report(what: str, found: dict[str, list[str]]) -> str:
    lines = [f"{sum(map(len, found.values()))} {what}:"]
    for path, texts in sorted(found.items()):
        lines += [f"  {path}", *(f"    - {text}" for text in dict.fromkeys(texts))]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        ('<p>{% trans "Hello" %} · 5</p>', []),
        ("<p>Hello {{ name }}</p>", ["Hello"]),
        ('<input placeholder="Name">', ["Name"]),
        ("{% blocktranslate trimmed %}You have {{ n }}{% endblocktranslate %}", []),
        ("<code>curl</code>", []),
    ],
)
def test_the_reader_of_templates_sees_what_a_person_sees(source: str, texts: list[str]) -> None:
    assert unmarked(source) == texts
