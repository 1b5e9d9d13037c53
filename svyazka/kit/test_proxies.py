from __future__ import annotations

import pytest

from svyazka.kit import proxies

OURS = proxies.named("10.0.0.5, 10.1.0.0/24,fd00::/8")


@pytest.mark.parametrize(
    ("peer", "forwarded", "sender"),
    [
        ("203.0.113.7", "", "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.7, 10.1.0.9,10.0.0.5, 127.0.0.1", "203.0.113.7"),
        ("10.0.0.6", "203.0.113.7", "10.0.0.6"),
        ("::ffff:10.0.0.5", "2001:db8::7", "2001:db8::7"),
        ("fd12::1", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.5", "127.0.0.1, 10.1.0.9", "127.0.0.1"),
        ("10.0.0.5", "203.0.113.7, unknown", "10.0.0.5"),
        ("", "203.0.113.7", "203.0.113.7"),
        ("", "", ""),
    ],
)
def test_the_sender_is_the_nearest_station_that_is_no_proxy_of_ours(peer, forwarded, sender):
    assert OURS.sender(peer, forwarded) == sender


@pytest.mark.parametrize("text", ["10.0.0.5 10.0.0.6", "proxy.example.ru", "10.0.0.0/33"])
def test_what_is_no_address_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        proxies.named(text)
