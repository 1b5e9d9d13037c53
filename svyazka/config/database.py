"""Which PostgreSQL: the customer's own (`DATABASE_URL`), or the embedded one in the data folder."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from svyazka.config.embedded import Embedded
from svyazka.config.places import data_folder

EXTENSIONS = ("btree_gist", "pg_trgm")
OLDEST = 150000
# A worker's name among the database's sessions: by it the pages see that one is there.
WORKER = "svyazka-worker"


class WrongDatabase(Exception):
    """The address is none, or the server is too old, or sorts and compares in a way that breaks search."""


def embedded() -> Embedded:
    return Embedded(data_folder())


def is_own_server() -> bool:
    return bool(os.environ.get("DATABASE_URL"))


def database_url() -> str:
    given = os.environ.get("DATABASE_URL")
    if given and not _is_address(given):
        # It is not repeated here: it may hold the password.
        raise WrongDatabase("DATABASE_URL must look like postgresql://user:password@host:5432/name.")
    return given or embedded().url()


def _is_address(given: str) -> bool:
    try:
        parts = urlsplit(given)
        _port = parts.port  # raises when it is no number
    except ValueError:
        return False
    return parts.scheme in ("postgresql", "postgres") and len(parts.path) > 1


def connection_settings(url: str) -> dict[str, Any]:
    """A postgresql:// address as Django's settings, with a pool."""
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    socket = options.pop("host", "")
    return {
        "ENGINE": "svyazka.config.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": socket or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "OPTIONS": {
            **options,
            "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
            # To plan a question often costs more than to answer it: after the fifth time it is kept planned.
            # Not behind a pooler, which may give the next question to another session.
            "server_side_binding": True,
            "prepare_threshold": None if _is_pooled(url) else 5,
        },
        "CONN_HEALTH_CHECKS": False,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "TEST": {"TEMPLATE": "template0"},
    }


def _is_pooled(url: str) -> bool:
    """Whoever names another address for listeners has a pooler before the database."""
    return os.environ.get("DATABASE_DIRECT_URL", url) != url


def make_sure(url: str) -> None:
    """Creates the database where it is missing, with its extensions, and refuses one that would break silently."""
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    try:
        connection = psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as refusal:
        if "does not exist" not in str(refusal):
            raise
        create(url, name)
        connection = psycopg.connect(url, autocommit=True)
    with connection:
        if connection.info.server_version < OLDEST:
            raise WrongDatabase(f"PostgreSQL 15 or newer is needed; this is {connection.info.server_version // 10000}.")
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("create extension if not exists {}").format(sql.Identifier(extension)))
        row = connection.execute("select lower('ПРИВЕТ'), cardinality(show_trgm('Иванов'))").fetchone()
        if row != ("привет", 7):
            raise WrongDatabase(
                f"The database {name} does not know Cyrillic letters (its LC_CTYPE is C). "
                "Create it again with: ENCODING 'UTF8' LC_CTYPE 'C.UTF-8' TEMPLATE template0."
            )


def create(url: str, name: str) -> None:
    parts = urlsplit(url)
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as connection:
        builtin = connection.info.server_version >= 180000
        provider = "locale_provider builtin builtin_locale 'PG_UNICODE_FAST'" if builtin else ""
        connection.execute(
            sql.SQL(
                f"create database {{}} template template0 encoding 'UTF8' {provider} "
                "lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'"
            ).format(sql.Identifier(name))
        )
