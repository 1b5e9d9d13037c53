"""Which channels an Asterisk has: kept from what it says, so that a command finds the phone that it is about."""

from __future__ import annotations

from dataclasses import dataclass

from svyazka.connectors.asterisk.messages import Message
from svyazka.connectors.asterisk.read import extension_of

MOST = 20_000  # a single Asterisk carries fewer; what is more was never hung up, as far as we have heard


@dataclass
class Channel:
    """`call_key` is the Linkedid, which may change when two calls become one."""

    unique: str
    name: str
    call_key: str
    bridge: str = ""

    @property
    def extension(self) -> str:
        return extension_of(self.name)


class Channels:
    def __init__(self) -> None:
        self.by_unique: dict[str, Channel] = {}
        self.by_call: dict[str, dict[str, Channel]] = {}

    def hear(self, message: Message) -> None:
        event = message.event
        if event == "Hangup":
            self._drop(message.get("Uniqueid"))
        elif event in ("Newchannel", "BridgeEnter", "BridgeLeave", "CoreShowChannel"):
            channel = self._known(message)
            if event == "BridgeEnter":
                channel.bridge = message.get("BridgeUniqueid")
            elif event == "CoreShowChannel":
                channel.bridge = message.get("BridgeId")
            elif event == "BridgeLeave" and channel.bridge == message.get("BridgeUniqueid"):
                channel.bridge = ""

    def forget_all(self) -> None:
        self.by_unique.clear()
        self.by_call.clear()

    def of_call(self, call_key: str) -> list[Channel]:
        return list(self.by_call.get(call_key, {}).values())

    def phone_in(self, call_key: str, extension: str) -> Channel | None:
        """The one that talks; otherwise the one that came up last."""
        own = [channel for channel in self.of_call(call_key) if channel.extension == extension]
        return next((channel for channel in own if channel.bridge), own[-1] if own else None)

    def beside(self, channel: Channel) -> list[Channel]:
        """Who hears this one."""
        if not channel.bridge:
            return []
        return [one for one in self.of_call(channel.call_key) if one.bridge == channel.bridge and one is not channel]

    def _known(self, message: Message) -> Channel:
        unique, key = message.get("Uniqueid"), message.get("Linkedid")
        channel = self.by_unique.get(unique)
        if channel and channel.call_key == key:
            return channel
        bridge = channel.bridge if channel else ""
        self._drop(unique)
        channel = self.by_unique[unique] = Channel(unique, message.get("Channel"), key, bridge)
        self.by_call.setdefault(key, {})[unique] = channel
        if len(self.by_unique) > MOST:
            self._drop(next(iter(self.by_unique)))
        return channel

    def _drop(self, unique: str) -> None:
        channel = self.by_unique.pop(unique, None)
        if channel is None:
            return
        of_call = self.by_call[channel.call_key]
        del of_call[unique]
        if not of_call:
            del self.by_call[channel.call_key]
