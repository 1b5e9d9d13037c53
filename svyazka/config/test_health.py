from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.urls import reverse

from svyazka.config.database import WORKER

pytestmark = pytest.mark.urls("svyazka.config.health")


def test_healthz_asks_nothing_of_the_database(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db(transaction=True)  # inside one transaction the server shows the same sessions throughout
def test_readyz_says_what_is_missing_and_turns_when_a_worker_comes(client):
    answer = client.get(reverse("readyz"))
    assert (answer.status_code, answer.json()) == (503, {"database": True, "migrations": True, "worker": False})
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True, application_name=WORKER) as worker:
        worker.execute("select 1")
        assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_another_house_on_this_server_is_not_ours(client):
    another = urlsplit(settings.DATABASE_DIRECT_URL)._replace(path="/postgres").geturl()
    with psycopg.connect(another, autocommit=True, application_name=WORKER) as worker:
        worker.execute("select 1")
        assert client.get("/readyz").json()["worker"] is False


@pytest.mark.django_db
def test_metrics_show_the_ledger_and_the_requests(client):
    client.get("/healthz")
    text = client.get("/metrics").content.decode()
    assert 'svyazka_ledger_arrivals{state="stuck"} 0.0' in text
    assert 'svyazka_requests_total{method="GET",status="200",view="healthz"}' in text


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["203.0.113.7", "203.0.113.7, 127.0.0.1", "nonsense"])
def test_metrics_are_closed_to_the_street(client, way):
    assert client.get("/metrics", headers={"X-Forwarded-For": way}).status_code == 403


@pytest.mark.django_db
def test_the_token_opens_the_metrics(client, monkeypatch):
    monkeypatch.setenv("SVYAZKA_METRICS_TOKEN", "let-me-see")
    from_outside = {"X-Forwarded-For": "203.0.113.7"}
    assert client.get("/metrics", headers={**from_outside, "Authorization": "Bearer no"}).status_code == 403
    assert client.get("/metrics", headers={**from_outside, "Authorization": "Bearer let-me-see"}).status_code == 200
