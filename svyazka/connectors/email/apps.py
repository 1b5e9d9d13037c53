from django.apps import AppConfig


class EmailConfig(AppConfig):
    name = "svyazka.connectors.email"
    label = "email_connector"
