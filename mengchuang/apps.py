from django.apps import AppConfig


class MengchuangConfig(AppConfig):
    name = "mengchuang"
    verbose_name = "平台"
    default_auto_field = "django.db.models.BigAutoField"
