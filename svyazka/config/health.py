"""Signs of life for whoever watches the house: /healthz, /readyz, and /metrics for Prometheus."""

from __future__ import annotations

import ipaddress
import os
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

from svyazka.config import migrating
from svyazka.config.database import WORKER
from svyazka.workplaces.shared.door import open_to_all

WORKER_SILENT = 30  # seconds after which a worker counts as gone

REQUESTS = Counter("svyazka_requests_total", "Requests answered", ["view", "method", "status"])
SECONDS = Histogram(
    "svyazka_request_seconds",
    "Time from the request to its answer",
    ["view"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)


class CountingMiddleware:
    """First in the row, so that it counts what the others refuse, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        answer = self.get_response(request)
        match = request.resolver_match
        # By the name of the page, never by its address: that holds numbers of deals, and grows without end.
        view = (match.view_name if match else "") or "none"
        REQUESTS.labels(view, request.method, answer.status_code).inc()
        SECONDS.labels(view).observe(time.perf_counter() - began)
        return answer


@open_to_all
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@open_to_all
def readyz(request: HttpRequest) -> HttpResponse:
    """The whole of it can work: what cannot is false."""
    try:
        signs = {"database": True, "migrations": _is_migrated(), "worker": _worker_lives()}
    except DatabaseError:
        signs = {"database": False, "migrations": False, "worker": False}
    return JsonResponse(signs, status=200 if all(signs.values()) else 503)


@open_to_all
def metrics(request: HttpRequest) -> HttpResponse:
    """Only for this machine, or for who shows SVYAZKA_METRICS_TOKEN."""
    if not (_is_from_here(request) or _shows_token(request)):
        return HttpResponse("Not from here.\n", status=403, content_type="text/plain")
    return HttpResponse(_counted() + _ledger_and_pool(), content_type=CONTENT_TYPE_LATEST)


def _is_migrated() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select app, name from django_migrations")
        return migrating.in_code() <= set(cursor.fetchall())


def _worker_lives() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_stat_activity where application_name = %s and datname = current_database() "
            "and state_change > clock_timestamp() - make_interval(secs => %s))",
            [WORKER, WORKER_SILENT],
        )
        return bool(cursor.fetchone()[0])


def _is_from_here(request: HttpRequest) -> bool:
    """Every station of the way: a proxy of ours on this machine brings people from elsewhere, too."""
    stations = [request.META.get("REMOTE_ADDR", ""), *request.headers.get("X-Forwarded-For", "").split(",")]
    return all(_is_loopback(station.strip()) for station in stations if station.strip())


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _shows_token(request: HttpRequest) -> bool:
    wanted = os.environ.get("SVYAZKA_METRICS_TOKEN", "")
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(wanted) and secrets.compare_digest(shown.encode(), wanted.encode())


def _counted() -> bytes:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    all_processes = CollectorRegistry()
    MultiProcessCollector(all_processes)  # type: ignore[no-untyped-call] # the library has no annotation here
    return generate_latest(all_processes)


def _ledger_and_pool() -> bytes:
    now = CollectorRegistry()
    now.register(_Now())
    return generate_latest(now)


class _Now:
    """What is asked of the database at the moment of the question."""

    def collect(self) -> Iterable[Metric]:
        depth = GaugeMetricFamily(
            "svyazka_ledger_arrivals", "Arrivals that have not come to a good end", labels=["state"]
        )
        oldest = 0.0
        for state, count, seconds in _waiting():
            depth.add_metric([state], count)
            oldest = max(oldest, seconds if state != "stuck" else 0)
        yield depth
        yield GaugeMetricFamily("svyazka_ledger_oldest_seconds", "Age of the oldest arrival that waits", value=oldest)
        yield GaugeMetricFamily("svyazka_worker_up", "A worker has been heard lately", value=_worker_lives())
        yield from _pool()


def _waiting() -> list[tuple[str, int, float]]:
    with connection.cursor() as cursor:
        # In two parts, because each has a small index of its own.
        cursor.execute(
            "select state, count(*), extract(epoch from now() - min(received_at))::float8 from intake_arrival "
            "where state in ('new', 'again') group by state "
            "union all select 'stuck', count(*), 0 from intake_arrival where state = 'stuck'"
        )
        found = {state: (count, seconds) for state, count, seconds in cursor.fetchall()}
    return [(state, *found.get(state, (0, 0.0))) for state in ("new", "again", "stuck")]


def _pool() -> Iterable[Metric]:
    pool: Any = getattr(connection, "pool", None)
    if pool is None:
        return
    said = pool.get_stats()
    connections = GaugeMetricFamily("svyazka_pool_connections", "Of the process that answers", labels=["state"])
    connections.add_metric(["open"], said.get("pool_size", 0))
    connections.add_metric(["free"], said.get("pool_available", 0))
    yield connections
    yield GaugeMetricFamily("svyazka_pool_waiting", "Requests that wait", value=said.get("requests_waiting", 0))


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
