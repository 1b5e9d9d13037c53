"""A sound file looked at, made small, and drawn. What it is, is told by its bytes, never by its name.

libsndfile reads what telephone systems write (PCM, A-law, µ-law, GSM, MP3, Opus) and writes MP3, which every browser
plays: 16 kbit/s for telephone sound, an eighth of the file that comes from the PBX.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy
import soundfile

from svyazka.business.calls.recordings.line_of_time import POINTS
from svyazka.business.calls.recordings.source import NotFetched

# A header and nothing behind it: what an unanswered call leaves behind.
LARGEST_EMPTY = 64
_BEGINNINGS = (b"RIFF", b"RF64", b"ID3", b"OggS", b"fLaC")
# 1 is the smallest file. Two channels, the client's and ours, take half as much again.
_HARDNESS = {1: 0.9, 2: 0.7}


class Empty(Exception):
    """Nothing was recorded."""


@dataclass(frozen=True)
class Kept:
    suffix: str
    milliseconds: int
    channels: int
    wave: bytes  # the loudness in up to POINTS steps, 0 to 255: all of the one channel, then all of the other


def keep(came: Path, small: Path) -> Kept:
    """Writes `small` from `came`. Raises Empty, or NotFetched if it is no sound, or not all of it."""
    if came.stat().st_size <= LARGEST_EMPTY:
        raise Empty
    _look(came)
    try:
        with soundfile.SoundFile(came) as sound:
            return _keep(sound, came, small)
    except soundfile.LibsndfileError as trouble:
        raise NotFetched("not_audio") from trouble


def _look(came: Path) -> None:
    with came.open("rb") as file:
        head = file.read(12)
    is_mp3 = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    if not head.startswith(_BEGINNINGS) and not is_mp3:
        raise NotFetched("not_audio")
    if head.startswith(b"RIFF"):
        announced = int.from_bytes(head[4:8], "little") + 8
        # Asterisk writes the length at the end; a copy that broke off is shorter than it says.
        if announced <= 44 or announced > came.stat().st_size:
            raise NotFetched("not_final")


def _keep(sound: Any, came: Path, small: Path) -> Kept:
    if not sound.frames:
        raise Empty
    channels = min(sound.channels, 2)
    if sound.format == "MP3":
        wave = _drawn(sound, channels, None)
        small.write_bytes(b"")
        came.replace(small)
    else:
        settings = {"compression_level": _HARDNESS[channels], "bitrate_mode": "CONSTANT"}
        with soundfile.SoundFile(
            small, "w", sound.samplerate, channels, "MPEG_LAYER_III", format="MP3", **settings
        ) as target:
            wave = _drawn(sound, channels, target)
    return Kept("mp3", round(sound.frames * 1000 / sound.samplerate), channels, wave)


def _drawn(sound: Any, channels: int, target: Any) -> bytes:
    """Reads it once from beginning to end, a step of the drawing at a time, and hands it on."""
    step = -(-sound.frames // POINTS)
    waves = [bytearray() for _channel in range(channels)]
    for block in sound.blocks(blocksize=step, dtype="int16", always_2d=True):
        heard = block[:, :channels]
        # As integers of 32 bits: the loudest negative value has no positive one of 16.
        loudest = numpy.abs(heard.astype("int32")).max(axis=0)
        for wave, height in zip(waves, loudest, strict=True):
            wave.append(min(int(height) >> 7, 255))
        if target is not None:
            target.write(heard)
    return b"".join(waves)
