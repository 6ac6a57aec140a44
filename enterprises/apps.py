from django.apps import AppConfig

import community


class EnterprisesConfig(AppConfig):
    name = "enterprises"
    verbose_name = "企业"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from enterprises.people import end_with_post

        if end_with_post not in community.successions:
            community.successions.append(end_with_post)
