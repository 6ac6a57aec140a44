"""What is true everywhere. `dev`, `test` and `prod` say what differs."""

from datetime import timedelta
from pathlib import Path

import environ
from celery.schedules import crontab

from mengchuang.logs import is_no_probe

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
MEDIA_ROOT = DATA_DIR / "media"
STATIC_ROOT = DATA_DIR / "static"

DEBUG = False
DEMO = False
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
ROOT_URLCONF = "mengchuang.urls"
WSGI_APPLICATION = "mengchuang.wsgi.application"
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "mengchuang",
    "portal",
    "api",
    "exchange",
    "dashboards",
    "evaluations",
    "visits",
    "risks",
    "cultivation",
    "grievances",
    "enterprises",
    "parks",
    "community",
    "notices",
    "audit",
    "files",
    "accounts",
    "workdays",
    "wording",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "django_htmx",
    "axes",
    "pghistory",
    "pgtrigger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "mengchuang.middleware.requests.request_id",
    "mengchuang.middleware.requests.refuse_odd",
    "mengchuang.middleware.headers.security_headers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mengchuang.middleware.who.identify",
    "mengchuang.middleware.who.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pghistory.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "mengchuang.middleware.requests.refuse_nul",
    "mengchuang.middleware.idempotency.idempotency",
    "mengchuang.errors.Refusals",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    },
]

# Language and time.
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

# The database. Lock and statement limits keep one stuck query from silencing the site.
DATABASE_LIMITS = {
    "lock_timeout": "3s",
    "statement_timeout": env.str("STATEMENT_TIMEOUT", default="10s"),  # the worker is started with 60s
    "idle_in_transaction_session_timeout": "30s",
    # What stops at the first thousand rows shall begin at the beginning of the table, not where another scan happens to be.
    "synchronize_seqscans": "off",
    # A statement of many parts is thought dear and would be compiled for longer than it runs.
    "jit": "off",
}


def database(url: str, **limits: str) -> dict:
    """A `DATABASES` entry for `url` with connection limits; a limit given here replaces the default one."""
    entry = env.db_url_config(url)
    limits = DATABASE_LIMITS | limits
    if "host" in entry.get("OPTIONS", {}):  # a Unix socket: postgresql://user:password@/name?host=/folder
        entry["HOST"] = entry["OPTIONS"].pop("host")
    entry["ENGINE"] = "django.db.backends.postgresql"
    entry["OPTIONS"] = entry.get("OPTIONS", {}) | {
        "connect_timeout": 3,
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }
    entry["CONN_MAX_AGE"] = 600
    entry["CONN_HEALTH_CHECKS"] = True
    return entry


# Files people send and read.
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 10
UPLOAD_MAX_BYTES = 101 * 1024 * 1024  # ten files of 10 MB and the form around them
FILE_UPLOAD_PERMISSIONS = 0o600
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Headers. No inline script or style anywhere; `data:` is for the small pictures inside Bootstrap, `blob:` for previews.
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:", "blob:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "mengchuang.errors.csrf_failure"

# Who signs in.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["accounts.hashers.PortalArgon2"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email", "phone")},
    },
    {"NAME": "accounts.validators.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_IDLE_SECONDS = 30 * 60
PASSWORD_RESET_TIMEOUT = 3600

TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])  # addresses, or "unix"; see accounts.address
AXES_HANDLER = "accounts.lockout.PortalHandler"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "accounts.lockout.folded_username"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.keep_response"
AXES_CLIENT_IP_CALLABLE = "accounts.address.client_address"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # a locked account is free again by time, whoever keeps trying
AXES_DISABLE_ACCESS_LOG = True  # the audit trail has it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # addresses are counted by PortalHandler, with a limit of their own

# Mail.
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="梦创社区 <noreply@localhost>")

# SMS and robots. Without a gateway there is no SMS, and the pages say so.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
SMS_GATEWAY_TOKEN = env.str("SMS_GATEWAY_TOKEN", default="")
WECOM_ROBOT_URL = env.str("WECOM_ROBOT_URL", default="https://qyapi.weixin.qq.com/cgi-bin/webhook/send")
DINGTALK_ROBOT_URL = env.str("DINGTALK_ROBOT_URL", default="https://oapi.dingtalk.com/robot/send")

# The API.
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.PortalAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser", "rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "api.errors.exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
    "TEST_REQUEST_RENDERER_CLASSES": ["rest_framework.renderers.MultiPartRenderer", "rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "梦创社区企业服务平台接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    # Closed lists stay where they are used: named ones would collide, for a state is asked for in one place and answered in another.
    "POSTPROCESSING_HOOKS": [],
}

# Who changed a row, for its history; reading changes none.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# Celery. A task may run twice, so its effects are unique in the database; due work lies in tables, not in the broker.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_VISIBILITY_TIMEOUT = 180
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 180, "unacked_restore_interval": 2, "unacked_restore_throttle": 1}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = {
    name: {"task": name, "schedule": seconds, "options": {"expires": max(seconds, 10)}}
    for name, seconds in {
        "notices.tasks.relay_task": 5,
        "mengchuang.tasks.beat_task": 15,
        "community.tasks.end_expired_posts": 60,
        "grievances.tasks.sweep_all": 60,
        "risks.tasks.watch_all": 60,
        "visits.tasks.reckon_all": 20,
        "visits.tasks.escalate": 60,
        "evaluations.tasks.climb": 60,
        "visits.tasks.plan_all": 300,
        "dashboards.tasks.fold": 15,
        "enterprises.tasks.answer_applicants": 60,
        "enterprises.tasks.clear_refused_openings": 3600,
        "enterprises.tasks.remind_stale": 3600,
        "accounts.tasks.sweep_task": 3600,
        "files.tasks.sweep_task": 3600,
        "exchange.tasks.pick_up": 15,
        "exchange.tasks.clear_away": 3600,
        "mengchuang.tasks.forget_answers_task": 3600,
        "mengchuang.tasks.missing_notice_task": 3600,
    }.items()
}
CELERY_BEAT_SCHEDULE["dashboards.tasks.check_all"] = {"task": "dashboards.tasks.check_all", "schedule": crontab(hour=3, minute=10)}

# Logs: one JSON object per line on standard error.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "mengchuang.logs.JsonFormatter"}},
    "filters": {"no_probes": {"()": lambda: is_no_probe}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["no_probes"]}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR"},  # refusals are the request log's business
        "axes": {"level": "WARNING"},
        **{f"celery.{noisy}": {"level": "WARNING"} for noisy in ("beat", "worker.strategy", "app.trace")},
    },
}


def broker_url(redis_url: str) -> str:
    """Kombu's word for a Valkey on a Unix socket."""
    return redis_url.replace("unix://", "redis+socket://", 1)
