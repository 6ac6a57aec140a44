"""Production: everything secret comes from the environment and nothing has a default."""

import os

from django.core.exceptions import ImproperlyConfigured

from mengchuang.settings.base import *
from mengchuang.settings.base import broker_url, database, env

if env.bool("DEMO", default=False):
    raise ImproperlyConfigured("DEMO 不能用于生产环境：演示账号的密码是公开的。请去掉环境变量 DEMO。")


def needed(name: str) -> str:
    """The value of the environment variable `name`; its absence stops the start and says its name."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"生产环境缺少环境变量 {name}。说明见 README 的“Production”一节。")
    return value


SECRET_KEY = needed("SECRET_KEY")
# Old keys, separated by commas: sessions and sealed keys of robots are still read with them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = [host.strip() for host in needed("ALLOWED_HOSTS").split(",")]
PUBLIC_URL = needed("PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

APP_DATABASE_URL = needed("DATABASE_URL")
REDIS_URL = needed("REDIS_URL")
CELERY_BROKER_URL = broker_url(REDIS_URL)
if os.environ.get("DATABASE_ROLE") == "owner":
    DATABASES = {"default": database(needed("DATABASE_OWNER_URL"), statement_timeout="0", lock_timeout="30s")}
else:
    DATABASES = {"default": database(APP_DATABASE_URL)}

# Behind nginx (deploy/nginx.conf), which alone sets these headers.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["unix", "127.0.0.1"])
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"

EMAIL_HOST = env.str("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", default=False)
