from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "svyazka.business.staff"
    label = "staff"
