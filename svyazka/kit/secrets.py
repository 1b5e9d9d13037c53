"""Secrets of channels and PBXs, encrypted before they are stored.

The key is derived from the installation's secret key, which stands outside the database.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet
from django.conf import settings


def _box() -> Fernet:
    derived = hashlib.scrypt(settings.SECRET_KEY.encode(), salt=b"svyazka/secrets", n=2**12, r=8, p=1, dklen=32)
    return Fernet(base64.urlsafe_b64encode(derived))


def lock_away(secret: str) -> str:
    return _box().encrypt(secret.encode()).decode()


def take_out(locked: str) -> str:
    return _box().decrypt(locked.encode()).decode()


def fingerprint(secret: str) -> str:
    """What is stored of a secret that we only have to recognise, never to send."""
    return hashlib.sha256(secret.encode()).hexdigest()
