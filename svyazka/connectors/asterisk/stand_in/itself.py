"""What an Asterisk says of itself when it is asked. CoreSettings as in the capture s09; ListCommands, ModuleCheck and
ShowDialPlan as documented, for no capture has them."""

from __future__ import annotations

from dataclasses import dataclass

Pairs = list[tuple[str, str]]

# Action, synopsis, and the rights of which one is enough; without any, everybody may.
_COMMANDS = (
    ("Ping", "Keepalive command.", ()),
    ("ListCommands", "List available manager commands.", ()),
    ("Filter", "Dynamically add filters for the current manager session.", ("system",)),
    ("ModuleCheck", "Check if module is loaded.", ("system",)),
    ("CoreSettings", "Show PBX core settings (version etc).", ("system", "reporting")),
    ("CoreShowChannels", "List currently active channels.", ("system", "reporting")),
    ("ShowDialPlan", "Show dialplan contexts and extensions", ("config", "reporting")),
    ("DeviceStateList", "List the current known device states.", ("call", "reporting")),
    ("BlindTransfer", "Blind transfer channel(s) to the given destination", ("call",)),
    ("Atxfer", "Attended transfer.", ("call",)),
    ("Hangup", "Hangup channel.", ("system", "call")),
    ("Originate", "Originate a call.", ("originate",)),
    ("QueuePause", "Makes a queue member temporarily unavailable.", ("agent",)),
)


@dataclass
class Itself:
    version: str = "22.10.1"
    name: str = "lab1"
    rights: frozenset[str] = frozenset({"system", "call", "agent", "originate", "reporting"})  # under write
    modules: frozenset[str] = frozenset({"app_mixmonitor", "app_queue", "res_pjsip_transport_websocket"})
    contexts: frozenset[str] = frozenset({"from-internal", "from-internal-xfer"})
    clock_off: float = 0.0  # seconds

    def settings(self) -> Pairs:
        return [
            ("AMIversion", "11.0.0"),
            ("AsteriskVersion", self.version),
            ("SystemName", self.name),
            ("CoreMaxCalls", "0"),
            ("CoreMaxLoadAvg", "0.000000"),
            ("CoreRunUser", ""),
            ("CoreRunGroup", ""),
            ("CoreMaxFilehandles", "0"),
            ("CoreRealTimeEnabled", "No"),
            ("CoreCDRenabled", "Yes"),
            ("CoreHTTPenabled", "No"),
            ("SoundsSearchCustomDir", "No"),
        ]

    def commands(self) -> Pairs:
        allowed = (one for one in _COMMANDS if not one[2] or self.rights & set(one[2]))
        return [(action, f"{synopsis} (Priv: {','.join(rights) or '<none>'})") for action, synopsis, rights in allowed]

    def extensions_of(self, context: str) -> list[Pairs]:
        known = [("Extension", "_X."), ("Priority", "1"), ("Application", "Dial"), ("AppData", "PJSIP/${EXTEN},30,tT")]
        return [[("Context", context), *known, ("Registrar", "pbx_config")]]
