from __future__ import annotations

from django.urls import path

from svyazka.workplaces.office import arrivals, channels, journal, lines, pbxs, resources, roles, staff

urlpatterns = [
    path("staff/", staff.staff, name="staff"),
    path("staff/new/", staff.staff_new, name="staff_new"),
    path("staff/<int:pk>/", staff.staff_person, name="staff_person"),
    path("staff/<int:pk>/data/", staff.staff_data, name="staff_data"),
    path("staff/<int:pk>/password/", staff.staff_password, name="staff_password"),
    path("staff/<int:pk>/dismissal/", staff.staff_dismissal, name="staff_dismissal"),
    path("staff/<int:pk>/return/", staff.staff_return, name="staff_return"),
    path("staff/<int:pk>/sessions/ending/", staff.staff_sessions_ending, name="staff_sessions_ending"),
    path("roles/", roles.roles, name="roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/<slug:code>/", roles.role, name="role"),
    path("roles/<slug:code>/name/", roles.role_name, name="role_name"),
    path("roles/<slug:code>/defaults/", roles.role_defaults, name="role_defaults"),
    path("roles/<slug:code>/state/", roles.role_state, name="role_state"),
    path("resources/", resources.resources, name="resources"),
    path("resources/new/", resources.resource_new, name="resource_new"),
    path("resources/<int:pk>/", resources.resource, name="resource"),
    path("arrivals/", arrivals.arrivals, name="arrivals"),
    path("arrivals/run/", arrivals.arrivals_run, name="arrivals_run"),
    path("arrivals/<int:pk>/", arrivals.arrival, name="arrival"),
    path("arrivals/<int:pk>/run/", arrivals.arrival_run, name="arrival_run"),
    path("arrivals/<int:pk>/setting-aside/", arrivals.arrival_setting_aside, name="arrival_setting_aside"),
    path("journal/", journal.journal, name="journal"),
    path("channels/", channels.channels, name="channels"),
    path("channels/new/", channels.channel_new, name="channel_new"),
    path("channels/<int:pk>/", channels.channel, name="channel"),
    path("channels/<int:pk>/state/", channels.channel_state, name="channel_state"),
    path("channels/<int:pk>/secret/", channels.channel_secret, name="channel_secret"),
    path("channels/<int:pk>/token/", channels.channel_token, name="channel_token"),
    path("lines/", lines.lines, name="lines"),
    path("lines/<int:pk>/", lines.line, name="line"),
    path("lines/<int:pk>/removal/", lines.line_removal, name="line_removal"),
    path("pbx/", pbxs.pbxs, name="pbxs"),
    path("pbx/<int:pk>/", pbxs.pbx, name="pbx"),
    path("pbx/<int:pk>/state/", pbxs.pbx_state, name="pbx_state"),
]
