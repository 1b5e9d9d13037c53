from django.apps import AppConfig


class WebFormConfig(AppConfig):
    name = "svyazka.connectors.web_form"
    label = "web_form_connector"
