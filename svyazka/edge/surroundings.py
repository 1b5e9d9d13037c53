"""Where the database and the web process are, and which proxies stand before us."""

from __future__ import annotations

import os
from dataclasses import dataclass

from svyazka.kit import proxies
from svyazka.kit.proxies import OF_THIS_MACHINE, Proxies

NAME = "svyazka edge"  # as the database's list of connections shows it


@dataclass(frozen=True)
class Surroundings:
    database_url: str
    direct_url: str  # past any pooler in transaction mode: it swallows LISTEN without a word
    web: str = "http://127.0.0.1:8001"
    proxies: Proxies = OF_THIS_MACHINE
    secret_key: str = ""  # opens the secrets of telephone systems; without it their signatures cannot be checked

    zone: str = "Europe/Moscow"  # of the company's hours

    @property
    def prepare_threshold(self) -> int | None:
        """Statements are prepared, unless there is a pooler between: it hands us another connection each time."""
        return 3 if self.database_url == self.direct_url else None


def from_environment() -> Surroundings:
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("The edge needs DATABASE_URL: svyazka run gives it.")
    return Surroundings(
        database_url=url,
        direct_url=os.environ.get("DATABASE_DIRECT_URL") or url,
        web=os.environ.get("SVYAZKA_WEB") or Surroundings.web,
        proxies=_proxies(),
        secret_key=os.environ.get("SVYAZKA_SECRET_KEY", ""),
        zone=os.environ.get("SVYAZKA_TIME_ZONE") or Surroundings.zone,
    )


def _proxies() -> Proxies:
    try:
        return proxies.named(os.environ.get("SVYAZKA_PROXIES", ""))
    except ValueError as refusal:
        raise SystemExit(f"SVYAZKA_PROXIES: {refusal}") from None
