from django.apps import AppConfig


class OpsConfig(AppConfig):
    name = "otayori.ops"
    label = "ops"
    default_auto_field = "django.db.models.BigAutoField"
