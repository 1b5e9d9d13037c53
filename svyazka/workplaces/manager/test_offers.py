from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.offers import lines, offers
from svyazka.business.offers.lines import Wish
from svyazka.business.offers.models import Offer, OfferTemplate
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, olga, mikhail):
    made = open_deal(vera, by=olga)
    lines.write(made.pk, [Wish("Окно", "шт", Decimal(2), Decimal(1000), vat_rate=Decimal(22))], version=0, by=mikhail)
    return made


@pytest.fixture
def offer(deal, mikhail):
    return offers.make(deal, OfferTemplate.objects.get(code="usual"), by=mikhail)


def test_from_the_deal_to_what_the_client_says(deal, enter, mikhail):
    came_in = enter(mikhail)
    assert came_in.post(f"/deals/{deal.pk}/offers/").status_code == 302
    made = Offer.objects.get()
    own = f"/offers/{made.pk}/"
    page = came_in.get(own).content.decode()
    assert "2\xa0000\xa0₽" in page
    assert "черновик" in page
    assert came_in.post(own + "handing/").status_code == 302
    assert came_in.post(own + "acceptance/").status_code == 302
    assert Deal.objects.get(pk=deal.pk).amount == 2000
    assert "принято" in came_in.get(f"/deals/{deal.pk}/").content.decode()
    assert came_in.post(own + "refusal/", {"note": "дорого"}).status_code == 422


def test_the_paper_stands_inside_of_its_page(offer, enter, mikhail):
    answer = enter(mikhail).get(f"/offers/{offer.pk}/paper/")
    assert (answer.headers["Content-Type"], answer.headers["X-Frame-Options"]) == ("application/pdf", "SAMEORIGIN")
    assert "Окно" in PdfReader(BytesIO(answer.content)).pages[0].extract_text()


def test_declined_and_offered_anew_in_english(offer, enter, mikhail):
    came_in = enter(mikhail)
    came_in.post(f"/offers/{offer.pk}/handing/")
    came_in.post(f"/offers/{offer.pk}/refusal/", {"note": "дорого"})
    answer = came_in.post(f"/offers/{offer.pk}/renewal/", {"template": "usual", "language": "en"})
    newer = Offer.objects.get(is_current=True)
    assert answer.url == f"/offers/{newer.pk}/"
    assert (newer.edition, newer.language, newer.state) == (2, "en", "draft")
    assert "Offer №" in PdfReader(BytesIO(came_in.get(f"/offers/{newer.pk}/paper/").content)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("what", "given"),
    [
        ("sending", {"way": "nowhere|1", "text": "Здравствуйте"}),
        ("sending", {"way": "x\x00", "text": ""}),
        ("renewal", {"language": "xx"}),
        ("acceptance", {}),
        ("refusal", {"note": "д" * 301}),
    ],
)
def test_nonsense_is_said_on_the_page(offer, enter, mikhail, what, given):
    answer = enter(mikhail).post(f"/offers/{offer.pk}/{what}/", given)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert Offer.objects.get().state == "draft"


@pytest.mark.parametrize("number", [1, 30])
def test_one_question_for_one_and_for_thirty(offer, deal, enter, roza, mikhail, number, django_assert_num_queries):
    for _time in range(number - 1):
        offers.make(deal, offer.template, by=mikhail)
    came_in = enter(roza)
    came_in.get("/offers/")
    with django_assert_num_queries(3):
        page = came_in.get("/offers/?state=draft&sort=dear").content.decode()
    assert page.count('class="lead nowrap"') == number


def test_the_list_is_narrowed(offer, enter, roza, mikhail):
    came_in, today = enter(roza), clock.today()
    named = f"№ {offer.title}"
    assert named in came_in.get(f"/offers/?from={today}&until={today}").content.decode()
    for asked in (f"until={today - timedelta(days=1)}", "state=sent", f"manager={roza.pk}"):
        assert named not in came_in.get(f"/offers/?{asked}").content.decode()
    assert came_in.get("/offers/?state=x&manager=x&from=x&page=x&sort=x").status_code == 200
    assert came_in.get(f"/offers/{2**63}/").status_code == 404
