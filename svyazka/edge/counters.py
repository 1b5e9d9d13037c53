"""What the edge counts about itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, ProcessCollector, generate_latest

registry = CollectorRegistry()
ProcessCollector(registry=registry)

arrivals = Counter("svyazka_edge_arrivals", "Arrivals answered", ["connector", "outcome"], registry=registry)
batches = Counter("svyazka_edge_batches", "Batches written into the ledger", registry=registry)
listeners = Gauge("svyazka_edge_live_connections", "Open live connections", registry=registry)
events = Counter("svyazka_edge_live_events", "Live events read", registry=registry)
dropped = Counter("svyazka_edge_live_dropped", "Live connections too slow to be kept", registry=registry)
passed_on = Counter("svyazka_edge_door", "Requests passed on to the web process", ["status"], registry=registry)


def text() -> bytes:
    return generate_latest(registry)
