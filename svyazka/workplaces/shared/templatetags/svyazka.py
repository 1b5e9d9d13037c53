"""What templates say often: icons, times, phones."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from svyazka.kit import phones
from svyazka.workplaces.shared.assets import address_of
from svyazka.workplaces.shared.shell import settings_of
from svyazka.workplaces.shared.short import Short

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration, and screen readers pass over it."""
    return _drawn(name, str(label))


@lru_cache(maxsize=2000)
def _drawn(name: str, label: str) -> SafeString:
    """A page has dozens of them, and there are few different ones."""
    sprite = address_of("shared/icons.svg")
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"/></svg>', label, sprite, name
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', sprite, name)


@register.simple_tag
def asset(path: str) -> str:
    return address_of(path)


@register.simple_tag(takes_context=True)
def settings_groups(context: Any) -> list[dict[str, Any]]:
    """The pages of the settings that this person may open, by group."""
    request = context["request"]
    return settings_of(request.person, request.path)


@register.simple_tag(takes_context=True)
def lives(context: Any, name: str, *topics: str) -> SafeString:
    """For a part of a page that has no address of its own: it is asked for again, out of the page, when others have
    changed something of these topics. `<ul {% lives "systems" "pbx" %}>`; the name becomes its id."""
    return format_html(
        'id="{0}" hx-get="{1}" hx-trigger="{2}live:again" hx-select="#{0}" hx-target="this"'
        ' hx-swap="outerHTML show:none" hx-sync="this:replace" hx-disinherit="hx-select hx-target hx-swap hx-sync"',
        name,
        context["request"].get_full_path(),
        "".join(f"calm:{topic} from:body, " for topic in topics),
    )


@register.filter
def moment(value: datetime | None) -> str:
    return Short().moment(value) if value else ""


@register.filter
def hour(value: datetime | None) -> str:
    return formats.date_format(timezone.localtime(value), "H:i") if value else ""


@register.filter
def phone(number: str) -> str:
    return phones.readable(number) if number else ""
