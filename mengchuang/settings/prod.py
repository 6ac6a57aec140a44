"""Production: everything secret comes from the environment and nothing has a default."""

import os

from django.core.exceptions import ImproperlyConfigured

from mengchuang.settings.base import *
from mengchuang.settings.base import database, env

if env.bool("DEMO", default=False):
    raise ImproperlyConfigured("DEMO 不能用于生产环境：演示账号的密码是公开的。请去掉环境变量 DEMO。")


def needed(name: str) -> str:
    """The value of the environment variable `name`; its absence stops the start and says its name."""
    value = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"生产环境缺少环境变量 {name}。说明见 README 的“Production”一节。")
    return value


SECRET_KEY = needed("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in needed("ALLOWED_HOSTS").split(",")]
PUBLIC_URL = needed("PUBLIC_URL").rstrip("/")
REDIS_URL = needed("REDIS_URL")
DATABASES = {
    "default": database(needed("DATABASE_OWNER_URL"), statement_timeout="0")
    if os.environ.get("DATABASE_ROLE") == "owner"
    else database(needed("DATABASE_URL"))
}
