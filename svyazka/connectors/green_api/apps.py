from django.apps import AppConfig


class GreenApiConfig(AppConfig):
    name = "svyazka.connectors.green_api"
    label = "green_api_connector"
