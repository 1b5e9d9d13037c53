"""What a real Asterisk has recorded, out of a mounted folder, over HTTP and from ARI's store."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path

import pytest

from svyazka.business.calls.phone_system import Access
from svyazka.business.calls.recordings import sound
from svyazka.business.calls.recordings.source import NotFetched
from svyazka.connectors.asterisk.recordings import Recordings

SAMPLES = Path(str(files("svyazka.connectors.asterisk"))) / "samples"
NAME = "20261121-lab1-1795305404.90.wav"
PLACE = f"/var/spool/asterisk/monitor/{NAME}"
LOGIN = "Basic Y3JtOmh1c2g="  # crm:hush


class Pbx(BaseHTTPRequestHandler):
    """A web server before the folder, and ARI: both ask for a password."""

    def do_GET(self) -> None:
        known = {f"/monitor/{NAME}", f"/ari/recordings/stored/{NAME.removesuffix('.wav')}/file"}
        status = 401 if self.headers.get("Authorization") != LOGIN else 200 if self.path in known else 404
        body = (SAMPLES / "s05_attended_transfer_ami.wav").read_bytes() if status == 200 else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pbx)
    threading.Thread(target=partial(server.serve_forever, 0.05), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def fetch(place: str, to: Path, **options: str) -> None:
    Recordings(Access("asterisk/lab1", "127.0.0.1", 5038, "crm", "s", tuple(options.items()))).fetch(place, to)


def refused(place: str, to: Path, **options: str) -> str:
    with pytest.raises(NotFetched) as refusal:
        fetch(place, to, **options)
    return refusal.value.trouble


def test_a_recording_of_a_real_asterisk_out_of_a_mounted_folder(tmp_path):
    folder = tmp_path / "monitor"
    folder.mkdir()
    shutil.copy(SAMPLES / "s05_attended_transfer_ami.wav", folder / NAME)
    os.utime(folder / NAME, (1, 1))
    fetch(PLACE, tmp_path / "came", recordings="folder", recordings_folder=str(folder))
    kept = sound.keep(tmp_path / "came", tmp_path / "small")
    assert (kept.suffix, kept.milliseconds, kept.channels) == ("mp3", 13_040, 1)
    assert (tmp_path / "small").stat().st_size < 30_000  # of 208,684


def test_over_http(web, tmp_path):
    named = {"recordings": "http", "recordings_address": f"{web}/monitor/", "recordings_login": "crm"}
    fetch(PLACE, tmp_path / "came", **named, recordings_password="hush")
    assert (tmp_path / "came").stat().st_size == 208_684
    assert refused(PLACE, tmp_path / "x", **named, recordings_password="other") == "wrong_secret"
    assert refused("/var/spool/asterisk/monitor/b.wav", tmp_path / "x", **named, recordings_password="hush") == (
        "not_there"
    )
    assert refused("/etc/passwd", tmp_path / "x", **named, recordings_password="hush") == "not_allowed"


def test_from_the_store_of_ari(web, tmp_path):
    place = f"/var/spool/asterisk/recording/{NAME}"
    named = {"recordings": "ari", "recordings_address": web, "recordings_login": "crm", "recordings_password": "hush"}
    fetch(place, tmp_path / "came", **named)
    assert (tmp_path / "came").stat().st_size == 208_684


def test_a_folder_that_is_not_mounted(tmp_path):
    assert refused(PLACE, tmp_path / "x", recordings="folder", recordings_folder=str(tmp_path / "away")) == "no_folder"
    assert refused(PLACE, tmp_path / "x", recordings="folder") == "no_folder"
    assert refused(PLACE, tmp_path / "x") == "no_way"
