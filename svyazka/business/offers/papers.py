"""The PDF of an offer: the company's words, the lines, and the sum in figures and in words."""

from __future__ import annotations

from pathlib import Path

from django.utils import translation
from django.utils.translation import pgettext

from svyazka.business.offers.content import in_words
from svyazka.business.offers.models import Offer
from svyazka.kit import paper

TEMPLATE = Path(__file__).with_name("offer.typ")


def pdf(offer: Offer) -> bytes:
    """In the language of the client. Raises NoPaper."""
    return paper.made(TEMPLATE.read_text(), in_words(offer.content, offer.language, offer.template))


def file_name(offer: Offer) -> str:
    with translation.override(offer.language):
        said = pgettext("file", "Offer {number}").format(number=offer.named)
    return "".join("-" if sign in '/\\:*?"<>|' else sign for sign in said) + ".pdf"
