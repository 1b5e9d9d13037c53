"""Files in S3, against a server of others (moto) over a real socket."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from svyazka.business.files import keeping, store
from svyazka.business.files.test_keeping import PDF, named
from svyazka.business.visits.conftest import deal  # noqa: F401
from svyazka.config import moving_files, storing
from svyazka.config.holding import CannotStart
from svyazka.kit import stores
from svyazka.kit.bucket import StoreFails


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def there(s3: str) -> Any:
    """What the other side says of itself, through its maker's own library."""
    made = boto3.client(
        "s3", endpoint_url=s3, region_name="us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
    )
    made.create_bucket(Bucket="svyazka")
    yield made
    for one in made.list_objects_v2(Bucket="svyazka").get("Contents", []):
        made.delete_object(Bucket="svyazka", Key=one["Key"])


def names_there(there: Any) -> set[str]:
    return {one["Key"] for one in there.list_objects_v2(Bucket="svyazka").get("Contents", [])}


@pytest.fixture
def given(s3, monkeypatch, tmp_path, settings):
    """The environment of a house that keeps its files in S3."""
    monkeypatch.setenv("SVYAZKA_DATA", str(tmp_path))
    for name, value in {
        "BUCKET": "svyazka", "ENDPOINT": s3, "REGION": "us-east-1", "KEY": "key", "SECRET": "secret",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"SVYAZKA_S3_{name}", value)
    root = tmp_path / "files"
    folders = {"files": root / "kept", "attachments": root / "attachments", "recordings": tmp_path / "r"}
    settings.FILE_FOLDERS = {**folders, "default": root}
    return settings


def put_on(settings, kind: str, monkeypatch) -> None:
    monkeypatch.setenv("SVYAZKA_STORAGE", kind)
    settings.STORAGES = {**settings.STORAGES, **storing.stores(settings.FILE_FOLDERS)}


@pytest.fixture
def in_s3(given, there, monkeypatch):
    put_on(given, "s3", monkeypatch)
    return given


def test_a_file_goes_into_the_bucket_and_comes_back_by_ranges(in_s3, there, db, deal, olga, enter):  # noqa: F811
    film = b"\0\0\0\x18ftypmp42" + os.urandom(1_500_000)
    kept = keeping.add(named("кино.mp4", film), deal=deal, by=olga)
    assert names_there(there) == {f"files/{kept.stored}"}
    browser = enter(olga)
    whole = browser.get(f"/kept-files/{kept.pk}/")
    assert (whole.status_code, whole.content) == (200, film)
    part = browser.get(f"/kept-files/{kept.pk}/", headers={"range": "bytes=1000000-1000099"})
    assert (part.status_code, part.content) == (206, film[1_000_000:1_000_100])
    store.remove(kept.stored)
    assert names_there(there) == set()
    assert browser.get(f"/kept-files/{kept.pk}/").status_code == 404


def test_what_is_read_can_be_read_as_a_file_on_disk_is(in_s3, there):
    content = os.urandom(1_200_000)
    name = storages["attachments"].save("a/b", ContentFile(content))
    with storages["attachments"].open(name, "rb") as file:
        assert (file.read(10), file.seek(-5, 2), file.read()) == (content[:10], 1_199_995, content[-5:])
        file.seek(600_000)
        assert (file.read(600_001), file.read(1)) == (content[600_000:], b"")
    assert storages["attachments"].size(name) == 1_200_000
    with pytest.raises(FileNotFoundError):
        storages["attachments"].open("no/such", "rb")


def test_nothing_is_written_over(in_s3, there):
    first = storages["default"].save("a.pdf", ContentFile(b"1"))
    second = storages["default"].save("a.pdf", ContentFile(b"2"))
    assert first != second
    assert storages["default"].open(first).read() == b"1"


def test_what_still_lies_in_the_folder_is_read_and_removed_there(given, there, monkeypatch):
    put_on(given, "folder", monkeypatch)
    old = storages["files"].save("old", ContentFile(b"old"))
    put_on(given, "s3", monkeypatch)
    assert storages["files"].open(old).read() == b"old"
    assert (storages["files"].size(old), storages["files"].exists(old)) == (3, True)
    storages["files"].delete(old)
    assert not (given.FILE_FOLDERS["files"] / "old").exists()


def test_all_files_are_carried_over_compared_and_then_switched(given, there, monkeypatch, capsys, tmp_path):
    put_on(given, "folder", monkeypatch)
    monkeypatch.delenv("SVYAZKA_STORAGE")
    put = {
        alias: storages[alias].save(f"2026/{alias}.bin", ContentFile(alias.encode())) for alias in given.FILE_FOLDERS
    }
    assert moving_files.move("s3", is_dry=True) == 0
    assert capsys.readouterr().out.startswith("4 files, 0.0 MB, are to be carried; 0 are there already.")
    assert (names_there(there), storing.chosen()) == (set(), "folder")
    assert moving_files.move("s3", is_dry=False) == 0
    assert names_there(there) == {f"{alias}/{name}" for alias, name in put.items()}
    assert storing.chosen() == "s3"
    late = given.FILE_FOLDERS["files"] / "late"
    late.write_bytes(b"put there by a process that knew of nothing")
    there.delete_object(Bucket="svyazka", Key="recordings/2026/recordings.bin")
    capsys.readouterr()
    assert moving_files.move("s3", is_dry=False) == 0
    assert capsys.readouterr().out.startswith("2 files")
    assert len(names_there(there)) == 5
    for one in tmp_path.glob("files/**/*.bin"):
        one.unlink()
    assert moving_files.move("folder", is_dry=False) == 0
    assert ((given.FILE_FOLDERS["default"] / "2026/default.bin").read_bytes(), storing.chosen()) == (
        b"default",
        "folder",
    )


def test_a_file_that_arrives_otherwise_stops_the_move(given, there, monkeypatch):
    put_on(given, "folder", monkeypatch)
    storages["files"].save("a", ContentFile(b"right"))
    (leg,) = [one for one in moving_files.legs("s3") if one.alias == "files"]
    keep = leg.target.save
    monkeypatch.setattr(leg.target, "save", lambda name, _content: keep(name, ContentFile(b"wrong")))
    with pytest.raises(CannotStart, match="files/a did not arrive as it was"):
        moving_files._move([leg], "s3", is_dry=False)
    assert (names_there(there), storing.chosen()) == (set(), "folder")


def test_each_store_is_tried_out(in_s3, there, capsys):
    assert moving_files.look() == 0
    assert capsys.readouterr().out.count("ok ") == 4
    assert names_there(there) == set()


def test_a_bucket_that_is_gone_is_said_in_words(in_s3, there, olga, enter, monkeypatch):
    monkeypatch.setenv("SVYAZKA_S3_BUCKET", "gone")
    put_on(in_s3, "s3", monkeypatch)
    _place, trouble = stores.tried(storages["files"])
    assert trouble == "В хранилище файлов больше нет нужного бакета. Сообщите администратору."
    with pytest.raises(StoreFails, match="нет нужного бакета"):
        storages["files"].save("a", ContentFile(b"a"))


@pytest.mark.parametrize(
    ("status", "code", "said"), [(403, "AccessDenied", "нас не пускает"), (400, "Weird", r"отказывает \(Weird\)")]
)
def test_what_the_other_side_refuses_is_said_in_words(in_s3, monkeypatch, status, code, said):
    class Refusing(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = f"<Error><Code>{code}</Code></Error>".encode()
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_HEAD(self) -> None:
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_given: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("SVYAZKA_S3_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    put_on(in_s3, "s3", monkeypatch)
    with pytest.raises(StoreFails, match=said):
        storages["files"].save("a", ContentFile(b"a"))
    server.shutdown()
    server.server_close()


def test_a_storage_that_does_not_answer_refuses_a_file_in_words(in_s3, deal, olga, enter, monkeypatch):  # noqa: F811
    monkeypatch.setenv("SVYAZKA_S3_ENDPOINT", "http://127.0.0.1:9")
    put_on(in_s3, "s3", monkeypatch)
    browser = enter(olga)
    begun = browser.post("/uploads/", {"deal": deal.pk, "name": "a.pdf", "size": len(PDF)}).json()
    octets = "application/octet-stream"
    answer = browser.put(f"{begun['url']}?from=0", PDF, content_type=octets)
    assert (answer.status_code, "не отвечает" in answer.json()["reason"]) == (503, True)
    assert browser.get(begun["url"]).json()["received"] == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"SVYAZKA_STORAGE": "disc"}, "must be folder or s3"),
        ({"SVYAZKA_STORAGE": "s3", "SVYAZKA_S3_BUCKET": ""}, "does not name a bucket"),
        ({"SVYAZKA_S3_SECRET": ""}, "must be given"),
        ({"SVYAZKA_S3_KEYS_FILE": "/no/such/file"}, "a file of two lines"),
    ],
)
def test_a_wrong_setting_is_said_before_anything_begins(given, monkeypatch, changed, said):
    for name, value in changed.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match=said):
        storing.make_sure()


def test_keys_may_stand_in_a_file_that_nobody_else_reads(given, monkeypatch, tmp_path):
    keys = tmp_path / "keys"
    keys.write_text("key\nsecret\n")
    keys.chmod(0o644)
    monkeypatch.setenv("SVYAZKA_S3_KEYS_FILE", str(keys))
    with pytest.raises(CannotStart, match="chmod 600"):
        storing.make_sure()
    keys.chmod(0o600)
    assert storing.bucket_of("files")["OPTIONS"]["secret_key"] == "secret"


def test_a_folder_that_cannot_be_written_into_is_said_in_words(given, monkeypatch):
    root = given.FILE_FOLDERS["files"]
    root.parent.mkdir(parents=True)
    root.write_bytes(b"a file, no folder")
    monkeypatch.delenv("SVYAZKA_S3_BUCKET")
    put_on(given, "folder", monkeypatch)
    place, trouble = stores.tried(storages["files"])
    assert (place, trouble.startswith("В папку не получается записать")) == (str(root), True)


def test_a_large_file_is_never_whole_in_memory(in_s3, there):
    """Its pieces are asked for one by one."""
    asked: list[int] = []
    name = storages["files"].save("large", ContentFile(os.urandom(3 * 1024 * 1024)))
    bucket: Any = stores.now_of(storages["files"])
    ask = bucket.open_range
    bucket.open_range = lambda name, begin, size: asked.append(size) or ask(name, begin, size)
    with storages["files"].open(name, "rb") as file:
        copied = BytesIO()
        while piece := file.read(512 * 1024):
            copied.write(piece)
    assert (max(asked), len(copied.getvalue())) == (512 * 1024, 3 * 1024 * 1024)
