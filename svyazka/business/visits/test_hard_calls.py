"""Whatever is offered on a full and crooked day can be held and booked: nobody else is there."""

from __future__ import annotations

import random
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals.opening import open_deal
from svyazka.business.places.models import Place
from svyazka.business.visits import absences, booking, holding, offering
from svyazka.business.visits.models import Resource
from svyazka.business.visits.offering import Wishes
from svyazka.kit import addresses

CALLS = 8


@pytest.mark.parametrize("seed", range(3))
def test_what_is_offered_is_never_refused(
    seed, measurement, installation, vera, of_egor, of_ilya, crew, hour, monday, olga
):
    dice, kinds = random.Random(seed), (measurement, installation)
    places = [known(dice, number) for number in range(6)] + ["Неведомая, 7"]
    for kind in kinds:
        kind.before, kind.after = dice.choice(((0, 0), (10, 5), (30, 0)))
        kind.save()
    absences.absent(of_egor, hour(12), hour(13, 30), by=olga)
    for _call in range(CALLS):
        kind, place = dice.choice(kinds), dice.choice(places)
        wishes = Wishes(monday + timedelta(days=dice.randrange(2)), dice.choice((frozenset(), frozenset({"morning"}))))
        found = offering.offer(kind, place, wishes=wishes, days=3)
        assert found.windows or found.why_not
        for one in dice.sample(found.windows, min(1, len(found.windows))):
            deal, of_day = open_deal(vera, by=olga), {"by": olga}
            held = holding.hold(deal, kind, one.resource, one.starts_at, request_id=uuid4(), **of_day)
            assert (held.resource, held.starts_at) == (one.resource, one.starts_at)
            of_day |= {"request_id": uuid4(), "address": place, "hold": held.request_id}
            visit = booking.book(deal, kind, one.resource, one.starts_at, **of_day)
            assert (visit.starts_at, visit.ends_at) == (one.starts_at, one.ends_at)


def known(dice, number):
    address = f"Москва, Лесная, {number + 1}"
    at = {"lat": 55.75 + dice.uniform(-0.3, 0.3), "lon": 37.6 + dice.uniform(-0.5, 0.5)}
    Place.objects.create(key=addresses.key(address), address=address, precision="house", source="hand", **at)
    Resource.objects.update(lat=55.75, lon=37.6)
    return address
