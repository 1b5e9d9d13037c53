from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.recordings.source import NotFetched, source
from svyazka.connectors.recording_link.fetch import Link


class Cloud(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"RIFF")

    def log_message(self, *_words: object) -> None:
        pass


def test_a_link_to_the_pbx_itself_is_followed_and_one_into_our_network_is_not(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Cloud)
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        place = f"http://127.0.0.1:{server.server_port}/record/1.mp3?token=x"
        link = source("cloud", Access("cloud/main", "127.0.0.1", 443, "", ""))
        assert isinstance(link, Link)
        link.fetch(place, tmp_path / "came")
        assert (tmp_path / "came").read_bytes() == b"RIFF"
        with pytest.raises(NotFetched, match="not_allowed"):
            Link(Access("cloud/main", "pbx.example", 443, "", "")).fetch(place, tmp_path / "x")
    finally:
        server.shutdown()
        server.server_close()


def test_what_is_no_link_stays_where_it_is(tmp_path):
    with pytest.raises(NotFetched, match="no_way"):
        Link(Access("cloud/main", "", 443, "", "")).fetch("/var/spool/1.wav", tmp_path / "x")
