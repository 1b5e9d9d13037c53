"""Web push: the browser's maker passes a letter on to the browser, also while none of our pages is open.

The letter is encrypted for that browser alone (RFC 8291); who sends it is signed with a key of this installation
(VAPID, RFC 8292), derived from its secret key, so that all processes have the same and none has to be kept.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from svyazka.business.notices.devices import Address, Gone, Letter, TryLater
from svyazka.kit import clock

TIMEOUT = 8.0
LONGEST_WAIT = 24 * 3600  # of what a service may ask of us
KEPT = 12 * 3600  # seconds that the service keeps it for a browser that is switched off
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256


class WebPush:
    def key(self) -> str:
        point = _key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def accepts(self, address: Address) -> bool:
        """Only the services of the browsers' makers: else anybody logged in could have us knock at any door inside."""
        parts = urlsplit(address.endpoint)
        host = parts.hostname or ""
        known = any(host == one or host.endswith(f".{one}") for one in settings.PUSH_SERVICES)
        is_ours = parts.scheme == "https" and parts.port in (None, 443) and known
        return (is_ours or f"{parts.scheme}://{parts.netloc}" in settings.PUSH_SERVICES) and _are_keys(address)

    def send(self, address: Address, letter: Letter) -> None:
        if not self.accepts(address):
            raise Gone
        try:
            with requests.Session() as session:
                session.max_redirects = 0
                webpush(
                    {"endpoint": address.endpoint, "keys": {"p256dh": address.key, "auth": address.auth}},
                    json.dumps(asdict(letter), ensure_ascii=False),
                    vapid_private_key=_signer(),
                    vapid_claims={"sub": settings.PUSH_CONTACT},
                    ttl=KEPT,
                    timeout=TIMEOUT,
                    headers={"Urgency": "high", "Content-Type": "application/octet-stream"},
                    requests_session=session,
                )
        except WebPushException as refusal:
            status = refusal.response.status_code if refusal.response is not None else 0
            if status in (404, 410):
                raise Gone from None
            raise TryLater(f"answered {status}", after=_asked_to_wait(refusal.response)) from None
        except (requests.RequestException, OSError) as trouble:
            raise TryLater(type(trouble).__name__) from None


def _asked_to_wait(answer: requests.Response | None) -> float:
    """Seconds, by Retry-After; a number of them or a date (RFC 9110)."""
    said = answer.headers.get("Retry-After", "") if answer is not None else ""
    if said.isascii() and said.isdecimal():
        return float(min(int(said), LONGEST_WAIT))
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return 0.0
    left = (until - clock.now()).total_seconds() if until.tzinfo else 0.0
    return min(max(left, 0.0), LONGEST_WAIT)


@cache
def _key() -> ec.EllipticCurvePrivateKey:
    derived = hashlib.scrypt(settings.SECRET_KEY.encode(), salt=b"svyazka/web_push", n=2**12, r=8, p=1, dklen=48)
    return ec.derive_private_key(int.from_bytes(derived) % (_ORDER - 1) + 1, ec.SECP256R1())


def _signer() -> Vapid02:
    return Vapid02(private_key=_key())


def _are_keys(address: Address) -> bool:
    try:
        point, auth = (
            base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)) for given in (address.key, address.auth)
        )
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return False
    return len(auth) == 16
