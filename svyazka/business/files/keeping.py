"""Files are put on a deal, a client or a visit, renamed, removed and put back.

The same content is kept once in a deal. What was removed can be put back for some days, then the worker clears it away.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.core.files import File
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.files import families, judging, store
from svyazka.business.files.judging import Judged
from svyazka.business.files.models import FileRules, KeptFile
from svyazka.business.files.rules import rules
from svyazka.business.journal.record import About, Actor, Change, record, record_all
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, file_kinds
from svyazka.kit.refusals import ChangedMeanwhile, Refused
from svyazka.kit.texts import storable

AT_ONCE = 100
PIECE = 1024 * 1024
LONGEST_TAG = 40


class AlreadyThere(Refused):
    """The same content lies there under another name, perhaps. `file`: that one."""

    status = 409

    def __init__(self, file: KeptFile) -> None:
        super().__init__(_("This file is here already: “{name}”.").format(name=file.name))
        self.file = file


@dataclass(frozen=True)
class Holder:
    """On what a file is put. One of a visit is its deal's, too."""

    client_id: int
    deal_id: int | None = None
    visit_id: int | None = None

    def files(self) -> QuerySet[KeptFile]:
        """Of the deal, or of the client alone: within these the same content is kept once."""
        kept = KeptFile.objects.filter(removed_at=None)
        return kept.filter(deal_id=self.deal_id) if self.deal_id else kept.filter(deal=None, client_id=self.client_id)


def holder_of(*, deal: Deal | None = None, client: Client | None = None, visit: Visit | None = None) -> Holder:
    if visit:
        return Holder(visit.client_id, visit.deal_id, visit.pk)
    if deal:
        return Holder(deal.client_id, deal.pk)
    assert client is not None
    return Holder(client.pk)


def add(
    uploaded: IO[bytes] | File[Any],
    *,
    deal: Deal | None = None,
    client: Client | None = None,
    visit: Visit | None = None,
    name: str = "",
    by: Actor,
) -> KeptFile:
    """`uploaded` is read piece by piece and never whole in memory. Refused says why it is not kept; AlreadyThere, where
    the same content is there."""
    return keep(uploaded, holder_of(deal=deal, client=client, visit=visit), name or (uploaded.name or ""), by=by)


def keep(uploaded: IO[bytes] | File[Any], holder: Holder, name: str, *, by: Actor) -> KeptFile:
    content: Any = uploaded
    standing = rules()
    judged = judging.judge(name, content, standing)
    sha256 = _sha256_of(content)
    if there := holder.files().filter(sha256=sha256).first():
        raise AlreadyThere(there)
    insist_room(holder, content.seek(0, 2), standing)
    stored = store.put(content)
    try:
        return _enter(holder, judged, content.seek(0, 2), sha256, stored, by=by)
    except BaseException as refusal:
        store.remove(stored)
        if isinstance(refusal, IntegrityError) and (there := holder.files().filter(sha256=sha256).first()):
            raise AlreadyThere(there) from refusal
        raise


def insist_room(holder: Holder, size: int, standing: FileRules) -> None:
    """For one more, beside all that is there."""
    taken = holder.files().aggregate(taken=Sum("size"))["taken"] or 0
    if taken + size > standing.most_of_deal:
        words = _("There is no room for it here: {taken} of {most} are taken.")
        raise Refused(words.format(taken=judging.in_words(taken), most=judging.in_words(standing.most_of_deal)))


@transaction.atomic
def rename(file: KeptFile, name: str, *, tag: str = "", version: int | None, by: Actor) -> KeptFile:
    """Its ending stays: it says what the file is."""
    current = _locked(file, version)
    ending = families.ending_of(current.name)
    wanted = judging.clean_name(name)
    if not name.strip():
        words = _("A file needs a name.")
        raise Refused(words, fields={"name": words})
    if ending and families.ending_of(wanted) != ending:
        wanted = judging.clean_name(f"{wanted}.{ending}")
    chosen = {"name": wanted, "tag": " ".join(storable(tag).split())[:LONGEST_TAG]}
    changes = {key: (getattr(current, key), new) for key, new in chosen.items() if getattr(current, key) != new}
    if changes:
        _change(current, **chosen)
        record("files.renamed", _about(current), by=by, changes=changes)
    return current


@transaction.atomic
def remove(file: KeptFile, *, by: Person) -> KeptFile:
    """A second click changes nothing."""
    current = _locked(file)
    if current.removed_at is None:
        _change(current, removed_at=clock.now(), removed_by=by)
        record("files.removed", _about(current), by=by, changes={"file": (current.name, None)})
    return current


def put_back(file: KeptFile, *, by: Actor) -> KeptFile:
    try:
        return _put_back(file, by=by)
    except IntegrityError:
        raise Refused(_("The same file has been put here again meanwhile.")) from None


@transaction.atomic
def _put_back(file: KeptFile, *, by: Actor) -> KeptFile:
    current = _locked(file)
    if current.removed_at is not None:
        _change(current, removed_at=None, removed_by=None)
        record("files.put_back", _about(current), by=by, changes={"file": (None, current.name)})
    return current


def fetched(file: KeptFile, *, by: Actor) -> None:
    """Somebody has taken it out of the house: it stands in the journal, and no page has to hear of it."""
    record_all([Change("files.fetched", _about(file), by, {"file": (None, file.name)})], quietly=True)


def purge_removed() -> None:
    """By the worker: what nobody has put back in time. The content first: what a crash leaves is done once more."""
    until = clock.now() - timedelta(days=rules().keep_removed_days)
    old = KeptFile.objects.filter(removed_at__lt=until).order_by("removed_at")[:AT_ONCE]
    for one in old:
        store.remove(one.stored)
        KeptFile.objects.filter(pk=one.pk, removed_at__lt=until).delete()


@transaction.atomic
def _enter(holder: Holder, judged: Judged, size: int, sha256: str, stored: str, *, by: Actor) -> KeptFile:
    made = KeptFile.objects.create(
        client_id=holder.client_id,
        deal_id=holder.deal_id,
        visit_id=holder.visit_id,
        name=judged.name,
        type=judged.type,
        has_macros=judged.has_macros,
        size=size,
        sha256=sha256,
        stored=stored,
        small=KeptFile.Small.WANTED if judged.type in file_kinds.PICTURES else KeptFile.Small.NONE,
        by_id=by.actor_id,
        at=clock.now(),
    )
    record("files.added", _about(made), by=by, changes={"file": (None, made.name)})
    return made


def _locked(file: KeptFile, version: int | None = None) -> KeptFile:
    current = KeptFile.objects.select_for_update().filter(pk=file.pk).first()
    if current is None:
        raise Refused(_("This file is not there any more."))
    if version is not None and current.version != version:
        raise ChangedMeanwhile
    return current


def _change(current: KeptFile, **values: Any) -> None:
    for name, value in values.items():
        setattr(current, name, value)
    current.version += 1
    current.save(update_fields=[*values, "version"])


def _about(file: KeptFile) -> About:
    return About("file", file.pk, client_id=file.client_id, deal_id=file.deal_id)


def _sha256_of(content: IO[bytes]) -> str:
    content.seek(0)
    counted = hashlib.sha256()
    while piece := content.read(PIECE):
        counted.update(piece)
    return counted.hexdigest()
