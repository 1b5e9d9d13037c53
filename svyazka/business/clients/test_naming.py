from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called, called_by, contact_of

POINTS = [
    ("telegram", "5550017", "@petr"),
    ("email", "79161234567@example.com", ""),
    ("phone", "+79161234567", ""),
]


@pytest.mark.parametrize(
    ("points", "name"),
    [(POINTS, "+7 916 123-45-67"), (POINTS[:2], "79161234567@example.com"), (POINTS[:1], "@petr")],
)
def test_a_client_without_a_name_is_called_by_the_way_in_which_he_is_reached(db, points, name):
    client = Client.objects.create()
    made = [
        ContactPoint.objects.create(client=client, kind=kind, value=value, shown=shown) for kind, value, shown in points
    ]
    contact = Client.objects.annotate(contact=contact_of("pk")).values_list("contact", flat=True).get()
    assert (called(client, made), called_by(client.pk, "", contact)) == (name, name)
    client.name = "Пётр"
    assert (called(client, made), called_by(client.pk, client.name, contact)) == ("Пётр", "Пётр")


def test_nothing_is_known_of_a_client(db):
    client = Client.objects.create()
    assert (called(client, []), called_by(client.pk, "", None)) == (f"Клиент {client.pk}", f"Клиент {client.pk}")
