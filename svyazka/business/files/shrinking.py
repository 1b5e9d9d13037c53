"""Small pictures for the lists, by the worker."""

from __future__ import annotations

from svyazka.business.files import store
from svyazka.business.files.models import KeptFile
from svyazka.business.journal.record import announce
from svyazka.kit import small_pictures

AT_ONCE = 10
Small = KeptFile.Small


def go_on() -> bool:
    """Whether there may be more. Of one that cannot be made small, the list shows what kind of file it is."""
    wanted = list(KeptFile.objects.filter(small=Small.WANTED).order_by("id")[:AT_ONCE])
    for one in wanted:
        KeptFile.objects.filter(pk=one.pk).update(small=_made(one))
        announce("file", one.pk, data={"client": one.client_id})
    return len(wanted) == AT_ONCE


def _made(file: KeptFile) -> str:
    try:
        with store.open_file(file.stored) as content:
            small = small_pictures.made(content)
    except FileNotFoundError:
        return Small.NONE
    if small:
        store.put_small(file.stored, small)
    return Small.MADE if small else Small.NONE
