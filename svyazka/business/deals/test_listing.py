from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals import listing, orders
from svyazka.business.deals.board import Narrowed
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

INDEXES = {
    "number": "deals_deal_pkey",
    "moved": "deal_moved",
    "step": "deal_step",
    "amount": "deal_amount",
    "client": "client_by_name",
}


@pytest.mark.parametrize("sort", orders.SORTS)
@pytest.mark.parametrize("descending", [True, False])
def test_each_order_is_read_from_an_index_of_its_own(windows, sort, descending):
    """Where sorting is dear, as it is with many deals."""
    with CaptureQueriesContext(connection) as asked:
        listing.list_deals(Narrowed(), order=orders.named(sort), descending=descending)
    with connection.cursor() as cursor:
        cursor.execute("set local enable_sort = off; set local enable_seqscan = off")
        cursor.execute("explain " + asked[0]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"using {INDEXES[sort]} on" in plan


@pytest.mark.parametrize(("sort", "column"), [("amount", "amount"), ("step", "next_step_at")])
@pytest.mark.parametrize("descending", [True, False])
def test_what_is_not_known_stands_behind_all_others_page_by_page(windows, vera, sort, column, descending):
    deals = [open_deal(vera, by=windows["mikhail"]) for _number in range(5)]
    for place, deal in enumerate(deals):
        known = {"amount": Decimal(place), "next_step_at": clock.now() + timedelta(days=place)}[column]
        Deal.objects.filter(pk=deal.pk).update(**{column: known if place < 3 else None})
    seen, after = [], ""
    for _page in range(5):
        listed = listing.list_deals(Narrowed(), order=orders.named(sort), descending=descending, after=after, most=1)
        seen += [card.id for card in listed.cards]
        after = listed.after
    known, unknown = [deal.pk for deal in deals[:3]], [deal.pk for deal in deals[3:]]
    assert seen == (known[::-1] + unknown[::-1] if descending else known + unknown)
    assert not after
