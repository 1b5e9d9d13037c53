"""Before a server that listens on this machine, which is never of the street."""

from __future__ import annotations

import pytest

from svyazka.kit.outside import Line, Silent
from svyazka.kit.street import is_public


def test_our_own_network_is_not_asked_unless_it_is_known(answering):
    asked = []
    base = answering(lambda way, _headers, _given: asked.append(way) or (200, {"ok": True}))
    for address in (base, base.replace("127.0.0.1", "localhost")):
        with pytest.raises(Silent, match="OwnNetwork"):
            Line(address, known=()).ask("GET", "/x")
    assert asked == []
    assert Line(base, known=("127.0.0.1",)).ask("GET", "/x").said == {"ok": True}


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.5", "169.254.169.254", "::1", "fe80::1%eth0", "fd00::1", "64:ff9b::a00:1",
     "2002:a00:1::1", "224.0.0.1", "0.0.0.0"],
)  # fmt: skip
def test_what_is_not_of_the_street(address):
    assert not is_public(address)


def test_what_is_of_the_street():
    assert is_public("8.8.8.8")
    assert is_public("2a02:6b8::feed:ff")
