"""Files in a bucket of a storage that speaks S3: Amazon's, Yandex's, VK's, Selectel's, MinIO.

What is read is read by ranges, piece by piece, and never lies on our disk; so a player that asks for the middle of a
film gets it without the rest. What goes wrong is said in our words.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar

from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files import File
from django.utils.translation import gettext as _
from storages.backends.s3 import S3Storage  # type: ignore[import-untyped]
from storages.utils import clean_name  # type: ignore[import-untyped]

from svyazka.kit.refusals import Refused

PIECE = 512 * 1024
CONNECTED_WITHIN, ANSWERED_WITHIN, TRIES = 5, 20, 3  # seconds, and how often
_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_NO_ACCESS = frozenset({"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "401"})
Answer = TypeVar("Answer")


class StoreFails(Refused):
    """The storage says no, or nothing: what was to be done is not done."""

    status = 503


@contextmanager
def in_our_words(name: str = "") -> Iterator[None]:
    """Raises FileNotFoundError or StoreFails."""
    try:
        yield
    except ClientError as refusal:
        said = refusal.response.get("Error", {}).get("Code", "")
        if said in _MISSING:
            raise FileNotFoundError(name) from None
        raise StoreFails(_words(said)) from None
    except (BotoCoreError, OSError) as trouble:
        if isinstance(trouble, FileNotFoundError):
            raise
        raise StoreFails(_("The storage of files does not answer. Try again in a few minutes.")) from None


def _words(said: str) -> str:
    if said == "NoSuchBucket":
        return _("The storage of files has no such bucket any more. Tell the administrator.")
    if said in _NO_ACCESS:
        return _("The storage of files does not let us in: its key is wrong. Tell the administrator.")
    return _("The storage of files refuses ({code}). Try again in a few minutes.").format(code=said[:40])


def _said(method: Callable[..., Answer]) -> Callable[..., Answer]:
    @wraps(method)
    def saying(self: Any, name: str, *given: Any, **more: Any) -> Answer:
        with in_our_words(name):
            return method(self, name, *given, **more)

    return saying


class Bucket(S3Storage):  # type: ignore[misc]  # the library is not typed
    """Nothing in it is open to the street: who may read what is asked at our door."""

    def get_default_settings(self) -> dict[str, Any]:
        config = Config(
            connect_timeout=CONNECTED_WITHIN,
            read_timeout=ANSWERED_WITHIN,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            s3={"addressing_style": "path"},
            signature_version="s3v4",
            # Else every piece carries a checksum of a kind that only Amazon knows.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        usual = {
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
            "gzip": False,
            "client_config": config,
            "transfer_config": TransferConfig(use_threads=False, multipart_chunksize=16 * 1024 * 1024),
        }
        return {**super().get_default_settings(), **usual}

    def open_range(self, name: str, begin: int, size: int) -> bytes:
        with in_our_words(name):
            asked = f"bytes={begin}-{begin + size - 1}"
            answer = self._client().get_object(Bucket=self.bucket_name, Key=self._key(name), Range=asked)
            content: bytes = answer["Body"].read()
            return content

    def try_out(self) -> None:
        """Raises StoreFails: written, read, removed."""
        with in_our_words():
            quick = Config(connect_timeout=3, read_timeout=5, retries={"total_max_attempts": 1})
            session = self._create_session()
            client = session.client(
                "s3",
                region_name=self.region_name,
                endpoint_url=self.endpoint_url,
                config=self.client_config.merge(quick),
            )
            try:
                client.head_bucket(Bucket=self.bucket_name)
            except ClientError as refusal:
                if refusal.response.get("Error", {}).get("Code") in _MISSING:
                    raise StoreFails(_words("NoSuchBucket")) from None
                raise
        name = self.save(".svyazka", File(io.BytesIO(b"svyazka")))
        try:
            if self.open_range(name, 0, 7) != b"svyazka":
                raise StoreFails(_("The storage of files does not give back what was put there."))
        finally:
            self.delete(name)

    @property
    def place(self) -> str:
        return f"{self.endpoint_url or 's3'} · {self.bucket_name}/{self.location}"

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError(mode)
        raw = _Ranges(self, name, self.size(name))
        return File(io.BufferedReader(raw, PIECE), name)

    def _save(self, name: str, content: File[Any]) -> str:
        with in_our_words(name):
            # The library closes what it was given; the caller goes on reading it.
            return str(super()._save(name, _Kept(content)))

    @_said
    def delete(self, name: str) -> None:
        super().delete(name)

    @_said
    def exists(self, name: str) -> bool:
        return bool(super().exists(name))

    @_said
    def size(self, name: str) -> int:
        return int(self._client().head_object(Bucket=self.bucket_name, Key=self._key(name))["ContentLength"])

    @_said
    def get_modified_time(self, name: str) -> datetime:
        found: datetime = super().get_modified_time(name)
        return found

    def names(self) -> Iterator[tuple[str, int]]:
        """All that is there, with its size, a thousand at a time."""
        with in_our_words():
            pages = self._client().get_paginator("list_objects_v2")
            before = f"{self.location.strip('/')}/" if self.location else ""
            for page in pages.paginate(Bucket=self.bucket_name, Prefix=before):
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(before), one["Size"]

    def _client(self) -> Any:
        return self.connection.meta.client

    def _key(self, name: str) -> str:
        return str(self._normalize_name(clean_name(name)))


class _Kept(File):  # type: ignore[type-arg]
    """A file that stays open."""

    def __init__(self, content: File[Any]) -> None:
        super().__init__(content.file, content.name)

    def close(self) -> None:
        pass


class _Ranges(io.RawIOBase):
    """Each reading is a question for just these bytes."""

    def __init__(self, bucket: Bucket, name: str, size: int) -> None:
        self._bucket, self._name, self._size, self._at = bucket, name, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begins = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, begins + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        content = self._read(min(len(buffer), self._size - self._at))
        buffer[: len(content)] = content
        return len(content)

    def readall(self) -> bytes:
        return self._read(self._size - self._at)

    def _read(self, size: int) -> bytes:
        if size <= 0:
            return b""
        content = self._bucket.open_range(self._name, self._at, size)
        self._at += len(content)
        return content
