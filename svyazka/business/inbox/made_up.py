"""Channels that lead nowhere, for tests of those who answer: what is sent there is never asked to go out."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from svyazka.business.notices.messengers import Access


class Chat:
    """Like a messenger's bot: it cannot begin, and takes all there is."""

    title: ClassVar[str] = "Chat"
    longest: ClassVar[int] = 4096
    is_foreign: ClassVar[bool] = False
    begins: ClassVar[bool] = False
    window: ClassVar[timedelta | None] = None
    takes_files: ClassVar[bool] = True
    takes_buttons: ClassVar[bool] = True
    takes_templates: ClassVar[bool] = False
    repeats: ClassVar[bool] = False

    def __init__(self, access: Access) -> None:
        self.access = access


class Short(Chat):
    """Like SMS: to whoever has a phone, a few words and no files."""

    title: ClassVar[str] = "SMS"
    longest: ClassVar[int] = 70
    begins: ClassVar[bool] = True
    takes_files: ClassVar[bool] = False
    takes_buttons: ClassVar[bool] = False


class Windowed(Chat):
    """Like WhatsApp: a day after he wrote, only what the messenger has approved."""

    title: ClassVar[str] = "Windowed"
    window: ClassVar[timedelta | None] = timedelta(hours=24)
    takes_templates: ClassVar[bool] = True
