from __future__ import annotations

from django.urls import path

from svyazka.workplaces.client import page, window

urlpatterns = [
    path("v/<slug:token>/", page.visit, name="client_visit"),
    path("v/<slug:token>/confirmation/", page.confirmation, name="client_confirmation"),
    path("v/<slug:token>/time/", page.time, name="client_time"),
    path("v/<slug:token>/cancellation/", page.cancellation, name="client_cancellation"),
    path("w/<slug:token>/", window.window, name="client_window"),
    path("w/<slug:token>/taking/", window.taking, name="client_window_taking"),
    path("w/<slug:token>/removal/", window.removal, name="client_window_removal"),
]
