from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "svyazka.business.calendars"
    label = "calendars"
