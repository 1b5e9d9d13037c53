from __future__ import annotations

from io import BytesIO

from django.utils import translation
from pypdf import PdfReader

from svyazka.business.money import paper


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_an_invoice_says_its_sum_in_words_in_the_language_that_is_switched_on(invoice):
    made = invoice("12001.50")
    for language, said in (
        ("ru", "Двенадцать тысяч один рубль 50 копеек"),
        ("en", "Twelve thousand one roubles 50 kopecks"),
    ):
        with translation.override(language):
            assert said in text_of(paper.pdf(made))
