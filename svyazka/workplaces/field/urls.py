from __future__ import annotations

from django.urls import path

from svyazka.workplaces.field import day, sheet, trouble, work

urlpatterns = [
    path("", day.day, name="field_day"),
    path("visits/<int:visit_id>/", work.visit, name="field_visit"),
    path("visits/<int:visit_id>/status/", work.status, name="field_status"),
    path("visits/<int:visit_id>/taking-back/", work.taking_back, name="field_taking_back"),
    path("visits/<int:visit_id>/delay/", trouble.delay, name="field_delay"),
    path("absence/", trouble.absence, name="field_absence"),
    path("visits/<int:visit_id>/report/", work.report, name="field_report"),
    path("visits/<int:visit_id>/photos/", work.photos, name="field_photo"),
    path("photos/<int:photo_id>/", work.photo, name="photo"),
    path("photos/<int:photo_id>/removal/", work.photo_removal, name="photo_removal"),
    path("visits/<int:visit_id>/forms/<slug:code>/", sheet.sheet, name="field_sheet"),
    path("visits/<int:visit_id>/forms/<slug:code>/state/", sheet.state, name="field_sheet_state"),
    path("visits/<int:visit_id>/forms/<slug:code>/edits/", sheet.edits, name="field_sheet_edits"),
    path("visits/<int:visit_id>/forms/<slug:code>/end/", sheet.end, name="field_sheet_end"),
    path("visits/<int:visit_id>/pictures/", sheet.pictures, name="field_pictures"),
    path("visits/<int:visit_id>/pictures/<uuid:request_id>/", sheet.picture, name="field_picture"),
]
