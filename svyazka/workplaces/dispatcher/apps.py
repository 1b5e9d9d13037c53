from django.apps import AppConfig


class DispatcherConfig(AppConfig):
    name = "svyazka.workplaces.dispatcher"
    label = "dispatcher_workplace"
