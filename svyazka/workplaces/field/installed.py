"""The app on the phone: its worker, the pages that are kept there, its name and icon on the screen."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from svyazka.workplaces.shared.assets import address_of
from svyazka.workplaces.shared.door import open_to_all

HERE = Path(__file__).parent / "static" / "field"
SHARED = Path(__file__).parent.parent / "shared" / "static"
WITHOUT_SIGNAL = "/field/without-signal/"
NEEDS_HOUSE = "/field/without-signal/next/"
# Modules that the worker is made of: a worker of modules is not for every phone yet.
_PARTS = (SHARED / "sheets/uuid.js", HERE / "store.js", HERE / "sending.js", HERE / "worker.js")
# What every page takes from the shared workplace; what these import comes along.
_FRAME = (
    "shared/mark.svg",
    "shared/icons.svg",
    "shared/tokens.css",
    "shared/base.css",
    "shared/components.css",
    "shared/shell.js",
    "shared/mobile.js",
    "shared/files.css",
    "shared/files.js",
    "shared/live_worker.js",
    "sheets/sheet.css",
    "sheets/told.css",
    "drawings/drawing.css",
    "drawings/large.js",
    "vendor/htmx.min.js",
)
_IMPORT = re.compile(r"""^(?:import|export)\b[^;]*?["'](\.{1,2}/[\w./-]+\.js)["']""", re.MULTILINE)
_NAMES = re.compile(r"^import\b[^;]*;\n|^export (?:default )?", re.MULTILINE)


@open_to_all
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(_worker(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@open_to_all
@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    said: dict[str, Any] = {
        "id": "/field/",
        "name": _("Svyazka: my visits"),
        "short_name": _("My visits"),
        "lang": request.LANGUAGE_CODE,
        "start_url": "/field/",
        "scope": "/field/",
        "display": "standalone",
        "background_color": "#f5f6f9",
        "theme_color": "#2a62c9",
        "icons": [
            {"src": address_of("field/icon-192.png"), "sizes": "192x192", "type": "image/png"},
            {"src": address_of("field/icon-512.png"), "sizes": "512x512", "type": "image/png"},
            {"src": address_of("field/icon-512.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
        ],
    }
    return JsonResponse(said, content_type="application/manifest+json")


@open_to_all
@require_safe
def without_signal(request: HttpRequest) -> HttpResponse:
    """What stands there in the place of a page that the phone has not kept."""
    return render(request, "field/without_signal.html")


@open_to_all
@require_safe
def needs_house(request: HttpRequest) -> HttpResponse:
    """What stands there in the place of free times: they are with the house alone."""
    return render(request, "field/without_signal.html", {"needs_house": True})


@cache
def _worker() -> str:
    code = _code()
    addresses = [WITHOUT_SIGNAL, NEEDS_HOUSE, *assets()]
    listed = ",\n".join(f'  "{address}"' for address in addresses)
    mark = hashlib.sha256((code + listed + _contents()).encode()).hexdigest()[:12]
    return mark_safe(f'const VERSION = "{mark}";\nconst ASSETS = [\n{listed},\n];\n{code}')  # noqa: S308  # our own files


def _code() -> str:
    """Made small by the set-up, or out of the modules as they stand."""
    if settings.STATIC_IS_GATHERED:
        return (settings.STATIC_ROOT / "field" / "worker.js").read_text()
    return "\n".join(_NAMES.sub("", path.read_text()) for path in _PARTS)


@cache
def assets() -> list[str]:
    """Addresses of all that a field page needs, under the names by which it is asked for: a page asks for a file by the
    name with its mark, a module for another one by its plain name."""
    imported = {name for path in _files() for name in _imported(path)}
    begin = {*_FRAME, *(f"field/{path.relative_to(HERE).as_posix()}" for path in _own())} - imported
    return sorted({*map(address_of, begin), *(f"{settings.STATIC_URL}{name}" for name in imported)})


def _own() -> list[Path]:
    wanted = (path for path in HERE.rglob("*") if path.suffix in (".js", ".css", ".svg"))
    return [*sorted(path for path in wanted if path.name != "worker.js"), HERE / "icon-192.png"]


@cache
def _files() -> tuple[Path, ...]:
    """The modules that begin, and those that they import."""
    found: dict[Path, None] = {}
    line = [SHARED / name for name in _FRAME if name.endswith(".js")] + [one for one in _own() if one.suffix == ".js"]
    while line:
        path = line.pop()
        if path in found or not path.exists():
            continue
        found[path] = None
        line += _targets(path)
    return tuple(found)


def _imported(path: Path) -> list[str]:
    return [_name(target) for target in _targets(path)]


def _targets(path: Path) -> list[Path]:
    """What a module imports. The browser sees both workplaces' files in one folder."""
    own, shared = HERE.parent.resolve(), SHARED.resolve()
    named = [(path.parent / name).resolve() for name in _IMPORT.findall(path.read_text())]
    elsewhere = {one for one in named if one.is_relative_to(own) and not one.exists()}
    return [shared / one.relative_to(own) if one in elsewhere else one for one in named]


def _name(path: Path) -> str:
    root = SHARED.resolve() if path.is_relative_to(SHARED.resolve()) else HERE.parent.resolve()
    return path.relative_to(root).as_posix()


def _contents() -> str:
    """A plain name does not say that what stands behind it has changed."""
    return "".join(hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(_files()))
