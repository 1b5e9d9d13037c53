"""Whether a notification may be written into the ledger. Without Django: for the edge.

They sign nothing. Whoever knows the key in the address may knock, and nothing that he says is believed: it only makes
us ask their API for the payment. So it does not matter either from which address he comes, which a proxy may hide.
"""

from __future__ import annotations

import hashlib

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.kit.payload import object_in, text_in


def verify(knock: Knock, account: Account) -> Accepted | Refused:
    """200 even for nonsense: they would repeat it for a day. The same words again are the same arrival; other words on
    the same payment are not, so that a forged one takes no true one's place."""
    told = knock.as_object()
    number = text_in(object_in(told, "object"), "id")[:60]
    print_of_it = hashlib.sha256(knock.body).hexdigest()[:32]
    outside_id = f"{text_in(told, 'event')[:40]}/{number}/{print_of_it}"
    return Accepted(outside_id, f"{account.code}/{number or print_of_it}", message="written_down")
