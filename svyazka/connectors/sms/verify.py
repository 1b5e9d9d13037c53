"""Whether a word on a message of ours may be written into the ledger. Without Django: for the edge."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import parse_qsl

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    """SMSC.ru signs number, phone and state with a secret: `md5` and `sha1` of `id:phone:status:secret`."""
    given = fields_of(knock.body)
    number, phone, status = (given.get(name, "") for name in ("id", "phone", "status"))
    if not number:
        return Refused(200, "ready")  # so the address is tried when it is entered there
    if not _is_signed(given, f"{number}:{phone}:{status}:{account.signing}", account):
        return Refused(403, "wrong_secret")
    return Accepted(f"{number}/{status}/{given.get('time', '')}", f"{account.code}/{phone}", message="written_down")


def fields_of(body: bytes) -> dict[str, str]:
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=100))
    except ValueError:
        return {}


def _is_signed(given: dict[str, str], signed: str, account: Account) -> bool:
    if not account.signing:
        return False
    shown = given.get("sha1") or given.get("md5") or ""
    make = hashlib.sha1 if given.get("sha1") else hashlib.md5
    right = make(signed.encode(), usedforsecurity=False).hexdigest()
    return hmac.compare_digest(shown.lower().encode(), right.encode())
