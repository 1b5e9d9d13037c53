from django.apps import AppConfig


class ClientConfig(AppConfig):
    name = "svyazka.workplaces.client"
    label = "client_pages"
