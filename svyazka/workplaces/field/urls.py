from __future__ import annotations

from django.urls import path

from svyazka.workplaces.field import crew, day, maps, next_visit, sync, trouble, work, working

urlpatterns = [
    path("", day.day, name="field_day"),
    path("visits/<int:visit_id>/", work.visit, name="field_visit"),
    path("visits/<int:visit_id>/status/", work.status, name="field_status"),
    path("visits/<int:visit_id>/taking-back/", work.taking_back, name="field_taking_back"),
    path("visits/<int:visit_id>/delay/", trouble.delay, name="field_delay"),
    path("visits/<int:visit_id>/presence/", crew.presence, name="field_presence"),
    path("visits/<int:visit_id>/hand-over/", crew.hand_over, name="field_hand_over"),
    path("visits/<int:visit_id>/hand-over/removal/", crew.hand_over_removal, name="field_hand_over_removal"),
    path("hand-overs/<int:pk>/answer/", crew.hand_over_answer, name="field_hand_over_answer"),
    path("visits/<int:visit_id>/next/<slug:code>/", next_visit.next_visit, name="field_next_visit"),
    path("visits/<int:visit_id>/break/", working.pause, name="field_break"),
    path("visits/<int:visit_id>/checklist/", working.tick, name="field_checklist"),
    path("visits/<int:visit_id>/done/", working.done, name="field_done"),
    path("visits/<int:visit_id>/not-done/", trouble.not_done, name="field_not_done"),
    path("sync/", sync.sync, name="field_sync"),
    path("sync/photos/", sync.photos, name="field_sync_photo"),
    path("maps/", maps.maps_app, name="field_maps"),
    path("absence/", trouble.absence, name="field_absence"),
    path("visits/<int:visit_id>/report/", work.report, name="field_report"),
    path("visits/<int:visit_id>/photos/", work.photos, name="field_photo"),
    path("photos/<int:photo_id>/", work.photo, name="photo"),
    path("photos/<int:photo_id>/removal/", work.photo_removal, name="photo_removal"),
]
