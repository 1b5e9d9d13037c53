"""All cloud PBXs, by the name under which the ledger and the settings know them."""

from __future__ import annotations

from svyazka.connectors.cloud_pbx.mango import MANGO
from svyazka.connectors.cloud_pbx.megafon import MEGAFON
from svyazka.connectors.cloud_pbx.provider import Provider
from svyazka.connectors.cloud_pbx.sipuni import SIPUNI
from svyazka.connectors.cloud_pbx.uis import UIS
from svyazka.connectors.cloud_pbx.zadarma import ZADARMA

PROVIDERS: dict[str, Provider] = {one.code: one for one in (MANGO, UIS, ZADARMA, SIPUNI, MEGAFON)}
