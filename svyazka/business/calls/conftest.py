"""Where a telephone system begins: what it can, and nothing more. What it says comes from the tests."""

from __future__ import annotations

from typing import ClassVar

from svyazka.business.calls import phones
from svyazka.business.calls.models import Pbx
from svyazka.business.calls.phone_system import At, Do
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.kit import clock


class Able:
    capabilities: ClassVar[frozenset[Do]] = frozenset(Do)


class AbleToDial:
    """And to end what it has begun."""

    capabilities: ClassVar[frozenset[Do]] = frozenset({Do.DIAL, Do.HANG_UP})


# As the settings name them.
ABLE, ABLE_TO_DIAL = f"{__name__}.Able", f"{__name__}.AbleToDial"


def connected(code: str) -> Pbx:
    return Pbx.objects.create(code=code, driver="asterisk", host="127.0.0.1", port=5038, connected_at=clock.now())


def phones_of(code: str, *extensions: str) -> dict[str, At]:
    """What is known of the phones of a system, by extension."""
    found = phones.states([PhoneKey(code, extension) for extension in extensions])
    return {phone.extension: at for phone, at in found.items()}
