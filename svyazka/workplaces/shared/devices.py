"""`Mozilla/5.0 (Windows NT 10.0; …) Chrome/141 …` → `Chrome, Windows`."""

from __future__ import annotations

from django.utils.translation import gettext as _

# The first that stands in the header wins: Edge calls itself Chrome, and Chrome calls itself Safari.
_BROWSERS = [
    ("YaBrowser", "Yandex"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
]
_SYSTEMS = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
]


def readable(header: str) -> str:
    browser = next((name for sign, name in _BROWSERS if sign in header), "")
    system = next((name for sign, name in _SYSTEMS if sign in header), "")
    return ", ".join(filter(None, [browser, system])) or header[:40] or _("unknown device")
