from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, carry_out
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.kit.refusals import ChangedMeanwhile, Refused

ON_WAY, STARTED, DONE = Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(kind="JPEG", size=(3000, 1500), *, mode="RGB", turned=False):
    given = Image.new(mode, size, "red")
    exif = Image.Exif()
    exif[0x010F] = "Фотоаппарат"
    exif.get_ifd(0x8825)[1] = "N"
    if turned:
        exif[0x0112] = 6
    written = BytesIO()
    given.save(written, kind, exif=exif)
    written.seek(0)
    return written


def test_a_day_of_work_takes_the_deal_on(visit, deal, egor):
    for status in (ON_WAY, STARTED, DONE):
        visit = carry_out.set_status(visit, status, by=egor, version=visit.version)
    assert Deal.objects.select_related("stage").get(pk=deal.pk).stage.code == "measured"
    events = Interaction.objects.filter(kind="visit").order_by("id").values_list("data__event", flat=True)
    assert list(events) == ["booked", "on_way", "started", "done"]


def test_a_second_tap_changes_nothing(visit, egor):
    carry_out.set_status(visit, ON_WAY, by=egor, version=1)
    carry_out.set_status(visit, ON_WAY, by=egor, version=1)
    assert Entry.objects.filter(verb="visits.on_way").count() == 1


def test_a_visit_only_goes_forward(visit, egor, olga):
    done = carry_out.set_status(visit, DONE, by=egor)
    with pytest.raises(Refused):
        carry_out.set_status(done, STARTED, by=egor)
    with pytest.raises(Refused):
        carry_out.set_status(done, Visit.Status.CANCELLED, by=egor)
    with pytest.raises(Refused):
        booking.cancel(done, reason="поздно", by=olga)


def test_what_the_office_changed_meanwhile_is_not_overwritten(visit, of_egor, hour, olga, egor):
    booking.move(visit, hour(15), of_egor, reason="просят позже", by=olga)
    with pytest.raises(ChangedMeanwhile):
        carry_out.set_status(visit, ON_WAY, by=egor, version=1)


def test_a_cancelled_visit_is_not_carried_out(visit, olga, egor):
    booking.cancel(visit, reason="передумали", by=olga)
    with pytest.raises(Refused):
        carry_out.set_status(visit, ON_WAY, by=egor)


def test_a_note_is_kept_with_what_stood_there_before(visit, egor):
    carry_out.report(visit, " Два окна, третий этаж\x00 ", by=egor)
    carry_out.report(visit, "Три окна", by=egor)
    carry_out.report(visit, "Три окна", by=egor)
    changes = list(Entry.objects.filter(verb="visits.reported").order_by("id").values_list("changes", flat=True))
    assert changes == [{"report": ["", "Два окна, третий этаж"]}, {"report": ["Два окна, третий этаж", "Три окна"]}]
    with pytest.raises(Refused):
        carry_out.report(visit, "я" * 5001, by=egor)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_size_place_and_name(visit, egor, files, kind):
    photo = carry_out.add_photo(visit, picture(kind, turned=True), request_id=uuid4(), by=egor)
    with Image.open(photo.file.path) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1000, 2000), {})
        assert not {"exif", "xmp", "comment"} & kept.info.keys()
    assert photo.file.name.startswith("visits/")
    assert str(files) in photo.file.path


def test_a_transparent_picture_stands_on_white(visit, egor):
    clear = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "PNG")
    clear.seek(0)
    photo = carry_out.add_photo(visit, clear, request_id=uuid4(), by=egor)
    with Image.open(photo.file.path) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_a_photo_sent_twice_is_kept_once(visit, egor):
    request_id = uuid4()
    first = carry_out.add_photo(visit, picture(), request_id=request_id, by=egor)
    again = carry_out.add_photo(visit, picture(), request_id=request_id, by=egor)
    assert (first.pk, VisitPhoto.objects.count()) == (again.pk, 1)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\xff\xd8\xff nonsense",
        b"GIF89a" + b"0" * 40,
        b"0" * 10_485_761,
    ],
    ids=["empty", "svg", "broken", "gif", "too large"],
)
def test_what_is_no_photo_is_refused(visit, egor, files, content):
    with pytest.raises(Refused) as refusal:
        carry_out.add_photo(visit, BytesIO(content), request_id=uuid4(), by=egor)
    assert list(refusal.value.fields) == ["photo"]
    assert not list(files.rglob("*.jpg"))


def test_a_cut_off_photo_is_refused(visit, egor):
    with pytest.raises(Refused):
        carry_out.add_photo(visit, BytesIO(picture().getvalue()[:2000]), request_id=uuid4(), by=egor)


def test_a_small_file_that_unpacks_into_gigabytes_is_refused(visit, egor):
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    with pytest.raises(Refused):
        carry_out.add_photo(visit, bomb, request_id=uuid4(), by=egor)


def test_a_photo_is_not_for_everybody_on_the_machine(visit, egor):
    kept = carry_out.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    path = Path(kept.file.path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
