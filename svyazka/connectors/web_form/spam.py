"""What is held to be no client's: said by what people cannot do, not by what they write."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from svyazka.business.intake.connector import Spam
from svyazka.connectors.web_form.fields import Fields

QUICKEST = 2  # seconds; whoever has his name filled in by the browser needs three
_LINK = re.compile(
    r"https?://|www\.|\[url|<a |\bt\.me/|[\w-]+\.(ru|com|org|net|info|biz|top|xyz|site|online)/", re.IGNORECASE
)


def judged(fields: Fields, headers: Mapping[str, str]) -> Spam | None:
    """`headers`: what the door has noted besides. Once somebody has said that it is none, it is none."""
    if headers.get("not_spam"):
        return None
    if fields.trap:
        return Spam(_("Spam: a field that people do not see was filled in."))
    if fields.seconds is not None and fields.seconds < QUICKEST:
        return Spam(_("Spam: it was filled in quicker than people type."))
    if _LINK.search(fields.name):
        return Spam(_("Spam: a link stands in the name."))
    return _as_noted(headers)


def _as_noted(headers: Mapping[str, str]) -> Spam | None:
    if headers.get("held") == "address":
        return Spam(_("Spam: too many requests from one address."))
    if headers.get("held") == "phone":
        return Spam(_("Spam: too many requests with one phone."))
    if headers.get("captcha") == "failed":
        return Spam(_("Spam: the captcha was not passed."))
    return None
