from django.apps import AppConfig


class OfficeConfig(AppConfig):
    name = "svyazka.workplaces.office"
    label = "office_workplace"
