"""Groups of products: the company's own list of names."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.journal.names import Names
from svyazka.business.journal.record import Actor
from svyazka.kit.refusals import Refused

GROUPS = Names(ProductGroup, about="product_group", verb="catalogue.group", is_ordered=True)


@transaction.atomic
def remove(group: ProductGroup, *, by: Actor) -> None:
    """An empty one."""
    if Product.objects.filter(group=group).exists():
        raise Refused(_("There are products in this group: retire it, or put them into another one first."))
    GROUPS.remove(group, by=by)
