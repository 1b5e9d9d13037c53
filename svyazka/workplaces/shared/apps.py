from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "svyazka.workplaces.shared"
    label = "shared_workplace"
