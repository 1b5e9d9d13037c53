from __future__ import annotations

from django.urls import path

from svyazka.workplaces.dispatcher import absences, booking, calendar, feeds, free_time, visits, what_to_do

urlpatterns = [
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/free-time/", free_time.free_time, name="free_time"),
    path("calendar/absences/", absences.absences, name="absences"),
    path("calendar/absences/<int:absence_id>/removal/", absences.removal, name="absence_removal"),
    path("calendar/what-to-do/", what_to_do.what_to_do, name="what_to_do"),
    path("calendar/what-to-do/<int:repair_id>/undoing/", what_to_do.undoing, name="what_to_do_undoing"),
    path("calendar/feeds/", feeds.feeds, name="feeds"),
    path("calendar/feeds/rules/", feeds.rules, name="feed_rules"),
    path("calendar/feeds/team/", feeds.team, name="feed_team"),
    path("calendar/feeds/team/removal/", feeds.team_removal, name="feed_team_removal"),
    path("calendar/feeds/resources/<int:resource_id>/", feeds.of_resource, name="feed"),
    path("calendar/feeds/resources/<int:resource_id>/removal/", feeds.removal, name="feed_removal"),
    path("deals/<int:deal_id>/visits/new/", booking.new, name="visit_new"),
    path("deals/<int:deal_id>/visits/", booking.book, name="visit_book"),
    path("visits/<int:visit_id>/", visits.visit, name="visit"),
    path("visits/<int:visit_id>/time/", visits.time, name="visit_time"),
    path("visits/<int:visit_id>/details/", visits.details, name="visit_details"),
    path("visits/<int:visit_id>/taking-back/", visits.taking_back, name="visit_taking_back"),
    path("visits/<int:visit_id>/confirmation/", visits.confirmation, name="visit_confirmation"),
    path("visits/<int:visit_id>/cancellation/", visits.cancellation, name="visit_cancellation"),
]
