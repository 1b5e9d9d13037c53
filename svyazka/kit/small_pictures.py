"""A picture made small, for lists. Whatever it claims to be, little of it is unpacked."""

from __future__ import annotations

from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

SIDE = 480
MOST_PIXELS = 50_000_000


def made(content: IO[bytes]) -> bytes:
    """As a JPEG, upright. Empty, where it is no picture after all."""
    content.seek(0)
    written = BytesIO()
    try:
        with Image.open(content, formats=["JPEG", "PNG", "GIF", "WEBP"]) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return b""
            picture.draft("RGB", (SIDE, SIDE))
            small = ImageOps.exif_transpose(picture)
            small.thumbnail((SIDE, SIDE))
            small.convert("RGB").save(written, "JPEG", quality=80)
    # What is damaged fails in many ways, deep inside the decoders.
    except Exception:
        return b""
    return written.getvalue()
