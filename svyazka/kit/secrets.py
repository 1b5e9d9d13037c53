"""Secrets of channels and PBXs, encrypted before they are stored.

The key is derived from the installation's secret key, which stands outside the database.
"""

from __future__ import annotations

import hashlib

from django.conf import settings

from svyazka.kit.strongbox import strongbox


def lock_away(secret: str) -> str:
    return strongbox(settings.SECRET_KEY).lock_away(secret)


def take_out(locked: str) -> str:
    return strongbox(settings.SECRET_KEY).take_out(locked)


def fingerprint(secret: str) -> str:
    """What is stored of a secret that we only have to recognise, never to send."""
    return hashlib.sha256(secret.encode()).hexdigest()
