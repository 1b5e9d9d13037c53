from __future__ import annotations

from svyazka.business.places.models import Place
from svyazka.business.visits import booking, on_the_map


def test_what_somebody_goes_to_is_put_on_the_list_once(visit, olga, django_assert_num_queries):
    on_the_map.want_ahead()
    place = Place.objects.get()
    assert (place.key, place.lat) == ("москва лесная 5", None)
    assert place.ask_at is not None
    with django_assert_num_queries(3):
        on_the_map.want_ahead()
    booking.cancel(visit, reason="Передумала", by=olga)
    assert on_the_map.want_ahead() == 0
