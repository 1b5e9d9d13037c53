"""Groups of products: the company's own list."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.catalogue import groups
from svyazka.business.catalogue.models import ProductGroup
from svyazka.workplaces.office import names
from svyazka.workplaces.shared.door import PageRequest, needs

SAID = names.Words(
    many="product_groups",
    one="product_group",
    icon="form",
    title=gettext_lazy("Groups of products"),
    adding=gettext_lazy("A new group"),
    added=gettext_lazy("The group is there."),
    empty=gettext_lazy("No group yet. A short catalogue needs none."),
)


@needs("catalogue.change", "GET", "POST")
def product_groups(request: PageRequest) -> HttpResponse:
    return names.page_of_all(request, groups.GROUPS, SAID, _rows, links=[(_("Catalogue"), reverse("catalogue"))])


@needs("catalogue.change", "GET", "POST")
def product_group(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ProductGroup, code=code)
    return names.page_of_one(
        request,
        groups.GROUPS,
        SAID,
        found,
        state=reverse("product_group_state", args=[code]),
        is_off=not found.is_active,
        off=_("Switched off: it is not offered any more. Products that are in it stay there."),
        removal=reverse("product_group_removal", args=[code]),
        removing=_("Delete"),
        sure=_("Delete this group?"),
    )


@needs("catalogue.change", "POST")
def product_group_state(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ProductGroup, code=code)
    groups.GROUPS.switch(found, on=request.POST.get("on") == "1", by=request.person)
    return redirect("product_group", code)


@needs("catalogue.change", "POST")
def product_group_place(request: PageRequest, code: str) -> HttpResponse:
    found = get_object_or_404(ProductGroup, code=code)
    groups.GROUPS.move(found, up=request.POST.get("to") == "up", by=request.person)
    return redirect("product_groups")


@needs("catalogue.change", "POST")
def product_group_removal(request: PageRequest, code: str) -> HttpResponse:
    groups.remove(get_object_or_404(ProductGroup, code=code), by=request.person)
    messages.success(request, _("The group is deleted."))
    return redirect("product_groups")


def _rows() -> list[tuple[ProductGroup, str]]:
    return [(one, "") for one in ProductGroup.objects.all()]
