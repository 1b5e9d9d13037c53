from __future__ import annotations

from django.urls import path

from svyazka.workplaces.dispatcher import absences, booking, calendar, free_time, visits

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/free-time/", free_time.free_time, name="free_time"),
    path("calendar/absences/", absences.absences, name="absences"),
    path("calendar/absences/<int:absence_id>/removal/", absences.removal, name="absence_removal"),
    path("deals/<int:deal_id>/visits/new/", booking.new, name="visit_new"),
    path("deals/<int:deal_id>/visits/", booking.book, name="visit_book"),
    path("visits/<int:visit_id>/", visits.visit, name="visit"),
    path("visits/<int:visit_id>/time/", visits.time, name="visit_time"),
    path("visits/<int:visit_id>/details/", visits.details, name="visit_details"),
    path("visits/<int:visit_id>/taking-back/", visits.taking_back, name="visit_taking_back"),
    path("visits/<int:visit_id>/confirmation/", visits.confirmation, name="visit_confirmation"),
    path("visits/<int:visit_id>/cancellation/", visits.cancellation, name="visit_cancellation"),
]
