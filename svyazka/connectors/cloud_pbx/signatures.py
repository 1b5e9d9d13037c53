"""How cloud PBXs sign, and how signatures are compared: in a time that tells nothing. Without Django."""

from __future__ import annotations

import base64
import hashlib
import hmac


def is_same(shown: str, expected: str) -> bool:
    """Nothing is not the same as nothing: a system without a secret takes no events."""
    return bool(expected) and hmac.compare_digest(shown.encode(), expected.encode())


def sha256_between(key: str, text: str, salt: str) -> str:
    """Mango's, over the JSON as it stands on the wire."""
    return hashlib.sha256(f"{key}{text}{salt}".encode()).hexdigest()


def hmac_sha1_in_base64(text: str, secret: str) -> str:
    """Zadarma's: the digest as hexadecimal digits, and those in base64."""
    digest = hmac.new(secret.encode(), text.encode(), hashlib.sha1).hexdigest()
    return base64.b64encode(digest.encode()).decode()


def md5_joined(words: list[str], secret: str) -> str:
    """Sipuni's: the values in the order of their names, joined by plus signs."""
    return hashlib.md5("+".join([*words, secret]).encode(), usedforsecurity=False).hexdigest()
