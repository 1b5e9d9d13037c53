"""What is held of a client here: nothing."""

from __future__ import annotations

from svyazka.kit.held import Held

HELD: tuple[Held, ...] = ()
NOTHING = ("ProductGroup", "Product", "ProductPrice", "VatRules")
