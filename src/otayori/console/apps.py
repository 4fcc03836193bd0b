from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "otayori.console"
    label = "console"
    default_auto_field = "django.db.models.BigAutoField"
