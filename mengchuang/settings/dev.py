"""This machine: embedded servers unless DATABASE_URL and REDIS_URL say otherwise, demo accounts, plain http."""

import os

from mengchuang import embedded
from mengchuang.settings.base import *
from mengchuang.settings.base import DATA_DIR, broker_url, database, env

DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=True)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="")  # none: the fixed one of mengchuang/demo/accounts.py

_addresses = embedded.addresses(DATA_DIR)
SECRET_KEY = env.str("SECRET_KEY", default=_addresses.secret_key)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

APP_DATABASE_URL = _addresses.app_url
_as_owner = os.environ.get("DATABASE_ROLE") == "owner"
DATABASES = {"default": database(_addresses.owner_url, statement_timeout="0") if _as_owner else database(_addresses.app_url)}
REDIS_URL = _addresses.redis_url
CELERY_BROKER_URL = broker_url(REDIS_URL)

# Mail goes into a folder anybody here can look into, unless the environment names a server.
EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_PORT = env.int("EMAIL_PORT", default=25)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = DATA_DIR / "mail"
