"""Stand-ins for the cloud PBXs, for tests: each speaks its provider's protocol over a real socket."""

from svyazka.connectors.cloud_pbx.stand_ins.mango import MangoStandIn
from svyazka.connectors.cloud_pbx.stand_ins.megafon import MegafonStandIn
from svyazka.connectors.cloud_pbx.stand_ins.sipuni import SipuniStandIn
from svyazka.connectors.cloud_pbx.stand_ins.telephone import Delivery, StandIn, on_a_socket
from svyazka.connectors.cloud_pbx.stand_ins.uis import UisStandIn
from svyazka.connectors.cloud_pbx.stand_ins.zadarma import ZadarmaStandIn

STAND_INS: dict[str, type[StandIn]] = {
    "mango": MangoStandIn,
    "uis": UisStandIn,
    "zadarma": ZadarmaStandIn,
    "sipuni": SipuniStandIn,
    "megafon": MegafonStandIn,
}

__all__ = ["STAND_INS", "Delivery", "MegafonStandIn", "StandIn", "on_a_socket"]
