from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "svyazka.business.notices"
    label = "notices"
