"""A file comes in piece by piece, and goes on where a bad line has broken it.

Each piece lies in the store by itself, so that any process of any host can take the next one. When the last is here the
file is put together, looked at and kept: a small one at once, a large one by the worker.
"""

from __future__ import annotations

import tempfile
from datetime import timedelta
from typing import IO
from uuid import UUID

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.files import judging, keeping, store
from svyazka.business.files.keeping import AlreadyThere, Holder
from svyazka.business.files.models import Upload
from svyazka.business.files.rules import rules
from svyazka.business.journal.record import announce
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

PIECE = 4 * 1024 * 1024
AT_ONCE = 32 * 1024 * 1024  # so much is put together while somebody waits for it
MOST_COMING = 100  # of one person
FORGOTTEN = timedelta(days=2)
MOST_TRIES = 3
TIME_TO_FINISH = timedelta(minutes=2)

State = Upload.State


class Elsewhere(Refused):
    """A piece that begins where none is wanted. `received`: so much is here."""

    status = 409

    def __init__(self, received: int) -> None:
        super().__init__(_("The file goes on somewhere else."))
        self.received = received


def begin(holder: Holder, name: str, size: int, *, mark: str = "", by: Person) -> Upload:
    """Refused before anything is sent, if its name or its size say so already. The same file of the same person goes on
    where it has stopped."""
    standing = rules()
    cleaned = judging.clean_name(name)
    judging.insist_name(cleaned, standing)
    judging.insist_size(cleaned, size, standing)
    keeping.insist_room(holder, size, standing)
    coming = Upload.objects.filter(by=by, state=State.COMING)
    where = {"client_id": holder.client_id, "deal_id": holder.deal_id, "visit_id": holder.visit_id}
    begun = coming.filter(mark=mark[:64], size=size, **where).first() if mark else None
    if begun:
        return begun
    if coming.count() >= MOST_COMING:
        raise Refused(_("Too many files are on their way at once. Wait until some of them are here."))
    now = clock.now()
    return Upload.objects.create(**where, name=cleaned, size=size, mark=mark[:64], by=by, at=now, last_at=now)


def take(key: UUID, content: bytes, *, begins: int, by: Person) -> Upload:
    """One piece. Raises Elsewhere, where it is not the next."""
    with transaction.atomic():
        upload = _mine(key, by)
        if upload.state == State.COMING:
            _put(upload, content, begins)
    if upload.state == State.WHOLE and upload.size <= AT_ONCE:
        finish(upload)
    return upload


def of(key: UUID, *, by: Person) -> Upload | None:
    return Upload.objects.select_related("kept").filter(key=key, by=by).first()


def give_up(key: UUID, *, by: Person) -> None:
    """Whoever sends it does not want it any more."""
    if (upload := of(key, by=by)) and upload.state == State.COMING:
        store.remove_pieces(upload.key, upload.pieces)
        upload.delete()


def go_on() -> bool:
    """By the worker: one that is whole and large, or was left lying. Whether there was one."""
    with transaction.atomic():
        due = Upload.objects.select_for_update(skip_locked=True, of=("self",)).filter(state=State.WHOLE)
        upload = due.filter(last_at__lt=clock.now()).order_by("last_at").first()
        if upload is None:
            return False
        # Whoever dies with it in his hands leaves it to the next one.
        upload.tries += 1
        upload.last_at = clock.now() + 5 * TIME_TO_FINISH
        upload.save(update_fields=["tries", "last_at"])
    if upload.tries > MOST_TRIES:
        _refused(upload, _("The file could not be put together. Send it again."))
    else:
        with translation.override(upload.by.language if upload.by else None):
            finish(upload)
    return True


def finish(upload: Upload) -> None:
    """Puts it together, looks at it and keeps it, or says why not."""
    holder = Holder(upload.client_id, upload.deal_id, upload.visit_id)
    try:
        with tempfile.TemporaryFile() as whole:
            _put_together(upload, whole)
            assert upload.by is not None
            upload.kept = keeping.keep(whole, holder, upload.name, by=upload.by)
    except AlreadyThere as there:
        upload.kept = there.file
        return _refused(upload, str(there.message))
    except FileNotFoundError:
        return _refused(upload, _("The file could not be put together. Send it again."))
    except Refused as refusal:
        return _refused(upload, str(refusal.message))
    upload.state = State.KEPT
    return _end(upload)


def forget_old() -> None:
    """By the worker: what nobody goes on with, and what is over."""
    for upload in Upload.objects.filter(last_at__lt=clock.now() - FORGOTTEN).order_by("last_at")[:100]:
        store.remove_pieces(upload.key, upload.pieces)
        upload.delete()


def _mine(key: UUID, by: Person) -> Upload:
    found = Upload.objects.select_for_update().filter(key=key, by=by).first()
    if found is None:
        raise Refused(_("This upload is not known any more. Begin again."))
    return found


def _put(upload: Upload, content: bytes, begins: int) -> None:
    if begins != upload.received or not content or upload.received + len(content) > upload.size:
        raise Elsewhere(upload.received)
    store.put_piece(upload.key, upload.pieces, content)
    upload.received += len(content)
    upload.pieces += 1
    upload.last_at = clock.now()
    if upload.received == upload.size:
        upload.state = State.WHOLE
        if upload.size <= AT_ONCE:  # whoever has brought it puts it together; else, after a while, the worker does
            upload.last_at += TIME_TO_FINISH
    upload.save(update_fields=["received", "pieces", "last_at", "state"])


def _put_together(upload: Upload, whole: IO[bytes]) -> None:
    for number in range(upload.pieces):
        with store.open_piece(upload.key, number) as piece:
            whole.write(piece.read())


def _refused(upload: Upload, why: str) -> None:
    upload.state, upload.reason = State.REFUSED, why[:300]
    _end(upload)


def _end(upload: Upload) -> None:
    with transaction.atomic():
        upload.save(update_fields=["state", "reason", "kept"])
        people = [upload.by_id] if upload.by_id else []
        announce("upload", upload.kept_id or 0, people=people)
    store.remove_pieces(upload.key, upload.pieces)
