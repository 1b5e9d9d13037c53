"""Encrypts and decrypts by a key derived from the installation's secret key. Without Django: the edge opens it too."""

from __future__ import annotations

import base64
import hashlib
from functools import cache

from cryptography.fernet import Fernet, InvalidToken

LOCKED = "gAAAAA"  # how everything begins that is locked away


class WrongKey(Exception):
    """It was locked away with another secret key, or it is no box of ours."""


class Strongbox:
    def __init__(self, secret_key: str) -> None:
        derived = hashlib.scrypt(secret_key.encode(), salt=b"svyazka/secrets", n=2**12, r=8, p=1, dklen=32)
        self._box = Fernet(base64.urlsafe_b64encode(derived))

    def lock_away(self, secret: str) -> str:
        return self._box.encrypt(secret.encode()).decode()

    def take_out(self, locked: str) -> str:
        try:
            return self._box.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise WrongKey from None


@cache
def strongbox(secret_key: str) -> Strongbox:
    """Deriving its key takes ten milliseconds: once."""
    return Strongbox(secret_key)
