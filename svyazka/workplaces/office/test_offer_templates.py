from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from svyazka.business.deals.opening import open_deal
from svyazka.business.offers import lines
from svyazka.business.offers.lines import Wish
from svyazka.business.offers.models import OfferTemplate, SellingRules

OWN = "/office/offer-templates/usual/"
GIVEN = {"ru": "Короткое", "en": "", "valid_days": "7", "columns": ["name", "sum"], "version": "1"}


def test_a_template_is_written(enter, anna, windows):
    came_in = enter(anna)
    assert "{valid_until}" in came_in.get(OWN).content.decode()
    assert came_in.post(OWN, {**GIVEN, "after_ru": "До {valid_until}"}).status_code == 302
    kept = OfferTemplate.objects.get(code="usual")
    assert (kept.name, kept.valid_days, kept.columns) == ("Короткое", 7, ["name", "sum"])
    assert kept.after == {"ru": "До {valid_until}"}
    assert came_in.post(OWN, GIVEN).status_code == 422  # somebody else has changed it meanwhile


@pytest.mark.parametrize(
    "wrong", [{"after_ru": "{nobody}"}, {"valid_days": "0"}, {"columns": ["x"]}, {"columns": ["name"]}, {"ru": ""}]
)
def test_nonsense_stands_beside_its_input(enter, anna, windows, wrong):
    answer = enter(anna).post(OWN, {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    assert OfferTemplate.objects.get(code="usual").version == 1


def test_a_new_one_and_the_rules(enter, anna, windows):
    came_in = enter(anna)
    assert came_in.post("/office/offer-templates/", {"ru": "Для дизайнеров"}).status_code == 302
    assert OfferTemplate.objects.count() == 2
    rules = {"number_pattern": "КП-{number}-{year}", "amount_follows": "on"}
    assert came_in.post("/office/offer-templates/rules/", rules).status_code == 302
    assert SellingRules.objects.get().amount_follows
    assert came_in.post("/office/offer-templates/rules/", {"number_pattern": "КП"}).status_code == 422


def test_it_is_tried_with_a_real_deal(enter, anna, windows, vera, olga):
    came_in = enter(anna)
    assert came_in.get(OWN + "preview/").status_code == 422  # nothing to try it with
    deal = open_deal(vera, by=olga)
    lines.write(deal.pk, [Wish("Дверь", "шт", Decimal(1), Decimal(7000))], version=0, by=olga)
    answer = came_in.get(OWN + "preview/?language=en")
    assert "Дверь" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()
    assert came_in.get(OWN + "preview/?deal=999999999").status_code == 422


def test_the_logo(enter, anna, windows):
    came_in, picture = enter(anna), BytesIO()
    Image.new("RGB", (40, 20), "navy").save(picture, "PNG")
    good = SimpleUploadedFile("logo.png", picture.getvalue())
    assert came_in.post(OWN + "logo/", {"logo": good}).status_code == 302
    assert OfferTemplate.objects.get(code="usual").logo_kind == "png"
    for wrong in ({"logo": SimpleUploadedFile("logo.png", b"<svg/>")}, {}):
        assert came_in.post(OWN + "logo/", wrong).status_code == 422
    assert came_in.post(OWN + "logo/", {"away": "1"}).status_code == 302
    assert OfferTemplate.objects.get(code="usual").logo is None
