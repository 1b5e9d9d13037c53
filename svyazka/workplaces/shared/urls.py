from __future__ import annotations

from django.urls import path

from svyazka.workplaces.shared import account, chats, feeds, landing, log_in, notices, pin, push, softphone, timeline

urlpatterns = [
    path("", landing.landing, name="landing"),
    path("interactions/<int:pk>/text/", timeline.whole_text, name="whole_text"),
    path("notices/", notices.notices, name="notices"),
    path("notices/latest/", notices.latest, name="notices_latest"),
    path("notices/bell/", notices.bell, name="notices_bell"),
    path("notices/reading/", notices.notices_reading, name="notices_reading"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/toast/", notices.notice_toast, name="notice_toast"),
    path("notices/<int:pk>/reading/", notices.notice_reading, name="notice_reading"),
    path("login/", log_in.login, name="login"),
    path("logout/", log_in.logout, name="logout"),
    path("account/", account.account, name="account"),
    path("account/language/", account.language, name="account_language"),
    path("account/password/", account.password, name="account_password"),
    path("account/calling/", account.calling, name="account_calling"),
    path("account/softphone/", softphone.account_softphone, name="account_softphone"),
    path("account/devices/", push.account_devices, name="account_devices"),
    path("account/devices/trial/", push.device_trial, name="device_trial"),
    path("account/devices/<int:pk>/ending/", push.device_ending, name="device_ending"),
    path("account/chats/", chats.account_chats, name="account_chats"),
    path("account/chats/<int:pk>/ending/", chats.chat_ending, name="chat_ending"),
    path("account/calendar/", feeds.account_calendar, name="account_calendar"),
    path("account/calendar/removal/", feeds.account_calendar_removal, name="account_calendar_removal"),
    path("places/pin/", pin.pin, name="pin"),
    path("places/pin/removal/", pin.pin_removal, name="pin_removal"),
    path("ical/<slug:token>.ics", feeds.ical, name="ical"),
    path("account/notices/", push.account_wishes, name="account_wishes"),
    path("account/sessions/<slug:name>/ending/", account.session_ending, name="account_session_ending"),
]
