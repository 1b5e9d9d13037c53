from __future__ import annotations

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, carry_out, findings
from svyazka.business.visits.models import Visit, VisitPhoto
from svyazka.kit.refusals import Refused


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


def test_a_note_is_kept_with_what_stood_there_before(visit, egor):
    findings.report(visit, " Два окна, третий этаж\x00 ", by=egor)
    findings.report(visit, "Три окна", by=egor)
    findings.report(visit, "Три окна", by=egor)
    changes = list(Entry.objects.filter(verb="visits.reported").order_by("id").values_list("changes", flat=True))
    assert changes == [{"report": ["", "Два окна, третий этаж"]}, {"report": ["Два окна, третий этаж", "Три окна"]}]
    with pytest.raises(Refused):
        findings.report(visit, "я" * 5001, by=egor)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_size_place_and_name(visit, egor, files, kind):
    photo = findings.add_photo(visit, picture(kind, turned=True), request_id=uuid4(), by=egor)
    with Image.open(photo.file.path) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (1000, 2000), {})
        assert not {"exif", "xmp", "comment"} & kept.info.keys()
    assert photo.file.name.startswith("visits/")
    assert str(files) in photo.file.path


def test_a_transparent_picture_stands_on_white(visit, egor):
    clear = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(clear, "PNG")
    clear.seek(0)
    photo = findings.add_photo(visit, clear, request_id=uuid4(), by=egor)
    with Image.open(photo.file.path) as kept:
        assert kept.getpixel((5, 5)) == (255, 255, 255)


def test_a_photo_whose_camera_data_are_damaged_is_kept_as_it_lies(visit, egor):
    content = picture(turned=True, size=(60, 30)).getvalue()
    begins = content.index(b"Exif")
    for place in range(begins + 6, begins + 60):
        damaged = BytesIO(content[:place] + b"\x00" + content[place + 1 :])
        findings.clean(damaged)


def test_the_same_request_on_another_visit_is_its_own(visit, deal, of_ilya, measurement, hour, egor, olga):
    other = booking.book(deal, measurement, of_ilya, hour(12), request_id=uuid4(), by=olga)
    request_id = uuid4()
    photos = [findings.add_photo(one, picture(), request_id=request_id, by=egor) for one in (visit, other)]
    assert [photo.visit for photo in photos] == [visit, other]


def test_a_photo_sent_twice_is_kept_once(visit, egor):
    request_id = uuid4()
    first = findings.add_photo(visit, picture(), request_id=request_id, by=egor)
    again = findings.add_photo(visit, picture(), request_id=request_id, by=egor)
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
        findings.add_photo(visit, BytesIO(content), request_id=uuid4(), by=egor)
    assert list(refusal.value.fields) == ["photo"]
    assert not list(files.rglob("*.jpg"))


def test_a_cut_off_photo_is_refused(visit, egor):
    with pytest.raises(Refused):
        findings.add_photo(visit, BytesIO(picture().getvalue()[:2000]), request_id=uuid4(), by=egor)


def test_a_small_file_that_unpacks_into_gigabytes_is_refused(visit, egor):
    bomb = BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    with pytest.raises(Refused):
        findings.add_photo(visit, bomb, request_id=uuid4(), by=egor)


def test_a_photo_is_not_for_everybody_on_the_machine(visit, egor):
    kept = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    path = Path(kept.file.path)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def lines(event):
    return list(Interaction.objects.filter(data__event=event).order_by("id"))


def test_the_note_stands_in_the_history_once_however_often_it_is_polished(visit, egor, boris):
    findings.report(visit, "Два окна", by=egor)
    findings.report(visit, "Два окна, третий этаж", by=egor)
    (line,) = lines("reported")
    assert (line.kind, line.text, line.deal_id, line.by_id) == (
        "visit",
        "Два окна, третий этаж",
        visit.deal_id,
        egor.pk,
    )
    findings.report(visit, "Три окна", by=boris)
    assert [line.text for line in lines("reported")] == ["Два окна, третий этаж", "Три окна"]


def test_photos_are_counted_in_one_line_of_the_history(visit, egor):
    photos = [findings.add_photo(visit, picture(), request_id=uuid4(), by=egor) for _number in range(3)]
    findings.remove_photo(photos[0], by=egor)
    assert [line.data["count"] for line in lines("photos")] == [2]


def test_ones_own_photo_is_removed_with_its_file(visit, egor, boris, files, django_capture_on_commit_callbacks):
    photo = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    with pytest.raises(Refused):
        findings.remove_photo(photo, by=boris)
    with django_capture_on_commit_callbacks(execute=True):
        findings.remove_photo(photo, by=egor)
        findings.remove_photo(photo, by=egor)
    assert (VisitPhoto.objects.count(), list(files.rglob("*.jpg"))) == (0, [])
    assert Entry.objects.filter(verb="visits.photo_removed").count() == 1


def test_photos_of_a_finished_visit_stay(visit, egor):
    photo = findings.add_photo(visit, picture(), request_id=uuid4(), by=egor)
    carry_out.set_status(visit, Visit.Status.DONE, by=egor)
    with pytest.raises(Refused):
        findings.remove_photo(photo, by=egor)
