"""All that is known of a client, written into one archive: `data.json` for programs, `data.html` for him.

Row by row: a client of ten years is no more in memory than one of today.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import escape
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from svyazka.business.personal_data import tables
from svyazka.kit import clock, words
from svyazka.kit.held import Held

AT_ONCE = 500
_LOOKS = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c1f24}"
    "section{margin-top:2rem;overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #d5d9e0;padding:.35rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#f3f5f8;font-weight:600;white-space:nowrap}td{white-space:pre-wrap;min-width:5rem}"
    "h2{font-size:1.1rem}.muted{color:#5d6570}"
)


def write(client_id: int, to: Path, *, workshop: Path) -> int:
    """How many rows it holds."""
    numbers = tables.family(client_id)
    page = workshop / "data.html"
    with ZipFile(to, "w", ZIP_DEFLATED) as archive:
        with archive.open("data.json", "w", force_zip64=True) as raw, page.open("w", encoding="utf-8") as shown:
            count = _write_both(numbers, raw, shown)
        archive.write(page, "data.html")
    return count


def _write_both(numbers: Sequence[int], raw: IO[bytes], shown: IO[str]) -> int:
    at, count = clock.now(), 0
    head = {"made_at": at, "clients": list(numbers)}
    raw.write(f'{{"about": {_json(head)}'.encode())
    shown.write(_head(numbers, at))
    for held in tables.every():
        raw.write(f', "{held.model._meta.label}": ['.encode())
        here = _write_table(held, numbers, raw, shown)
        raw.write(b"]")
        count += here
    raw.write(b"}\n")
    shown.write("</body></html>\n")
    return count


def _write_table(held: Held, numbers: Sequence[int], raw: IO[bytes], shown: IO[str]) -> int:
    here = 0
    for row in _rows(held, numbers):
        raw.write(f"{',' if here else ''}{_json(row)}".encode())
        if not here:
            shown.write(_table_head(held))
        shown.write(f"<tr>{''.join(f'<td>{escape(_readable(held, key, row[key]))}</td>' for key in held.said)}</tr>")
        here += 1
    if here:
        shown.write("</tbody></table></section>")
    return here


def _rows(held: Held, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    for row in held.rows(numbers).values(*held.said).iterator(chunk_size=AT_ONCE):
        yield {key: _plain(value) for key, value in row.items()}


def _plain(value: Any) -> Any:
    """What came from outside is bytes of any kind."""
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else value


def _head(numbers: Sequence[int], at: datetime) -> str:
    title = escape(_("What is known of client № {number}").format(number=numbers[0]))
    made = escape(_("Made {when}.").format(when=f"{clock.local(at):%d.%m.%Y %H:%M}"))
    others = ", ".join(f"№ {number}" for number in numbers[1:])
    merged = escape(_("These records were merged into his: {numbers}.").format(numbers=others)) if others else ""
    return (
        f'<!doctype html><html lang="{get_language() or "ru"}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title><style>{_LOOKS}</style></head>'
        f'<body><h1>{title}</h1><p class="muted">{made} {merged}</p>'
    )


def _table_head(held: Held) -> str:
    title = escape(str(tables.TITLES[held.model.__name__]))
    names = "".join(f"<th>{escape(str(tables.WORDS[key]))}</th>" for key in held.said)
    return f"<section><h2>{title}</h2><table><thead><tr>{names}</tr></thead><tbody>"


def _readable(held: Held, key: str, value: Any) -> str:
    if value is None or value == "" or value == {} or value == []:
        return ""
    if isinstance(value, datetime):
        return f"{clock.local(value):%d.%m.%Y %H:%M}"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict) and set(value) <= {"ru", "en"}:
        return words.here(value)
    if isinstance(value, dict | list):
        return _json(value)
    return _choice(held, key, value)


def _choice(held: Held, key: str, value: Any) -> str:
    if "__" in key:
        return str(value)
    field = held.model._meta.get_field("id" if key == "id" else key)
    return str(dict(getattr(field, "flatchoices", None) or ()).get(value, value))


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
