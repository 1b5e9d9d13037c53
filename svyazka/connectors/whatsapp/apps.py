from django.apps import AppConfig


class WhatsAppConfig(AppConfig):
    name = "svyazka.connectors.whatsapp"
    label = "whatsapp_connector"
