from __future__ import annotations

from django.urls import path

from svyazka.workplaces.client import page

urlpatterns = [
    path("v/<slug:token>/", page.visit, name="client_visit"),
    path("v/<slug:token>/confirmation/", page.confirmation, name="client_confirmation"),
    path("v/<slug:token>/time/", page.time, name="client_time"),
    path("v/<slug:token>/cancellation/", page.cancellation, name="client_cancellation"),
]
