"""A client who wrote by e-mail or messenger, and whose name nobody knows yet, is called alike in every room."""

from __future__ import annotations

import pytest

from svyazka.business.clients import history, search
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.opening import open_deal


@pytest.mark.parametrize(
    ("kind", "value", "shown"), [("email", "petr@example.com", ""), ("telegram", "5550017", "@petr")]
)
def test_he_is_called_by_what_is_known(enter, olga, kind, value, shown):
    client = Client.objects.create(address="Химки, Лесная, 5")
    ContactPoint.objects.create(client=client, kind=kind, value=value, shown=shown)
    search.index("client", client.pk, client.address)
    deal = open_deal(client, responsible=olga, by=olga)
    history.add(client.pk, kind="message", deal_id=deal.pk, direction="in", text="Когда?", by=olga, waiting=True)
    for path in (
        "/queue/",
        "/clients/",
        f"/clients/{client.pk}/",
        f"/clients/{client.pk}/edit/",
        "/deals/",
        "/deals/list/",
        f"/deals/{deal.pk}/",
        "/search/?q=лесная",
        "/search/all/?q=лесная",
    ):
        said = enter(olga).get(path).content.decode()
        assert (shown or value) in said, path
        assert f"Клиент {client.pk}" not in said, path
