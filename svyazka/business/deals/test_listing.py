from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals import listing, orders
from svyazka.business.deals.board import Narrowed

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
