from django.apps import AppConfig


class ParksConfig(AppConfig):
    name = "parks"
    verbose_name = "园区"
    default_auto_field = "django.db.models.BigAutoField"
