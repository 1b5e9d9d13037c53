"""The addresses that somebody is going to are known to the map before anybody plans with them."""

from __future__ import annotations

from svyazka.business.places import find
from svyazka.business.visits.models import Visit


def want_ahead() -> int:
    """By the worker: what is not placed yet is put on the geocoder's list. How many addresses there are."""
    addresses = set(Visit.objects.ahead().exclude(address="").values_list("address", flat=True))
    find.of_all(addresses)
    return len(addresses)
