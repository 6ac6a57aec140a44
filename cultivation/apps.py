from django.apps import AppConfig


class CultivationConfig(AppConfig):
    name = "cultivation"
    verbose_name = "梯度培育"
    default_auto_field = "django.db.models.BigAutoField"
