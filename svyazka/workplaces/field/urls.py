from __future__ import annotations

from django.urls import path

from svyazka.workplaces.field import ahead, beside, day, installed, queue, sheet, sync, trouble, work

urlpatterns = [
    path("", day.day, name="field_day"),
    path("visits/<int:visit_id>/", work.visit, name="field_visit"),
    path("visits/<int:visit_id>/status/", work.status, name="field_status"),
    path("visits/<int:visit_id>/taking-back/", work.taking_back, name="field_taking_back"),
    path("visits/<int:visit_id>/delay/", trouble.delay, name="field_delay"),
    path("worker.js", installed.worker, name="field_worker"),
    path("manifest.webmanifest", installed.manifest, name="field_manifest"),
    path("without-signal/", installed.without_signal, name="field_without_signal"),
    path("ahead/", ahead.ahead, name="field_ahead"),
    path("queue/", queue.queue, name="field_queue"),
    path("visits/<int:visit_id>/beside/<int:person_id>/", beside.decision, name="field_beside"),
    path("actions/<uuid:action_id>/photo/", beside.photo, name="beside_photo"),
    path("sync/", sync.sync, name="field_sync"),
    path("sync/photos/", sync.photos, name="field_sync_photo"),
    path("absence/", trouble.absence, name="field_absence"),
    path("visits/<int:visit_id>/report/", work.report, name="field_report"),
    path("visits/<int:visit_id>/photos/", work.photos, name="field_photo"),
    path("photos/<int:photo_id>/", work.photo, name="photo"),
    path("photos/<int:photo_id>/removal/", work.photo_removal, name="photo_removal"),
    path("visits/<int:visit_id>/forms/<slug:code>/", sheet.sheet, name="field_sheet"),
    path("visits/<int:visit_id>/forms/<slug:code>/state/", sheet.state, name="field_sheet_state"),
    path("visits/<int:visit_id>/forms/<slug:code>/end/", sheet.end, name="field_sheet_end"),
    path("visits/<int:visit_id>/pictures/<uuid:request_id>/", sheet.picture, name="field_picture"),
]
