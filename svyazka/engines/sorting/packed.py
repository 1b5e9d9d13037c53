"""A model as bytes and back."""

from __future__ import annotations

import json
import zlib
from typing import Any

import numpy as np

from svyazka.engines.sorting.features import SIZE
from svyazka.engines.sorting.model import Model, empty_rows

_MARK = b"SVS1"  # another way of making features is another mark: what was learnt before says nothing then
MOST = 64 << 20


class Unreadable(Exception):
    """These bytes are no model of this version."""


def pack(model: Model) -> bytes:
    """Only features that were seen; halves of floats are as good."""
    seen = np.flatnonzero(model.rows)
    ordered = seen[np.argsort(model.rows[seen])]
    head = {
        "codes": model.codes,
        "heat": model.heat,
        "base": model.base.tolist(),
        "shifts": model.shifts.tolist(),
        "version": model.version,
        "seen": len(ordered),
    }
    said = json.dumps(head).encode()
    body = [ordered.astype("<u4"), model.rarity.astype("<f4"), model.weights.astype("<f2")]
    return _MARK + zlib.compress(len(said).to_bytes(4, "little") + said + b"".join(part.tobytes() for part in body), 6)


def unpack(given: bytes) -> Model:
    """Raises Unreadable."""
    if given[:4] != _MARK:
        raise Unreadable
    try:
        inflating = zlib.decompressobj()
        whole = inflating.decompress(given[4:], MOST)
        length = int.from_bytes(whole[:4], "little")
        head = json.loads(whole[4 : 4 + length])
        return _read(head, whole[4 + length :])
    except (ValueError, KeyError, TypeError, IndexError, zlib.error) as fault:
        raise Unreadable from fault


def _read(head: dict[str, Any], body: bytes) -> Model:
    codes, seen = tuple(map(str, head["codes"])), int(head["seen"])
    ends = np.cumsum([4 * seen, 4 * (seen + 1), 2 * (seen + 1) * len(codes)])
    if len(body) != ends[-1]:
        raise Unreadable
    ordered = np.frombuffer(body[: ends[0]], "<u4")
    if seen and ordered.max() >= SIZE:
        raise Unreadable
    rows = empty_rows()
    rows[ordered] = np.arange(1, seen + 1)
    return Model(
        codes,
        rows,
        np.frombuffer(body[ends[0] : ends[1]], "<f4").astype(np.float32),
        np.frombuffer(body[ends[1] :], "<f2").astype(np.float32).reshape(seen + 1, len(codes)),
        np.array(head["base"], np.float32),
        float(head["heat"]),
        np.array(head["shifts"], np.float32),
        str(head["version"]),
    )
