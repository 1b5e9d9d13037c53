from django.apps import AppConfig


class SmsConfig(AppConfig):
    name = "svyazka.connectors.sms"
    label = "sms_connector"
