"""Secrets of channels and PBXs, encrypted before they are stored.

The key is derived from the installation's secret key, which stands outside the database.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from django.conf import settings

from svyazka.kit.strongbox import strongbox


def lock_away(secret: str) -> str:
    return strongbox(settings.SECRET_KEY).lock_away(secret)


def take_out(locked: str) -> str:
    return strongbox(settings.SECRET_KEY).take_out(locked)


def derived(name: str) -> str:
    """A secret that is stored nowhere: whoever knows what it is for, and the secret key, makes it again."""
    made = hmac.digest(settings.SECRET_KEY.encode(), f"svyazka/derived/{name}".encode(), "sha256")
    return base64.urlsafe_b64encode(made[:18]).decode()


def fingerprint(secret: str) -> str:
    """What is stored of a secret that we only have to recognise, never to send."""
    return hashlib.sha256(secret.encode()).hexdigest()
