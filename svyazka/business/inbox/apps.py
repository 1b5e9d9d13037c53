from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "svyazka.business.inbox"
    label = "inbox"
