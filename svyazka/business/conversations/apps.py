from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "svyazka.business.conversations"
    label = "conversations"
