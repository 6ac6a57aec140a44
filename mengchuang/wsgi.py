import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mengchuang.settings.prod")

application = get_wsgi_application()
# The pages are loaded here and not at the first request: the web server's master loads this once and its workers are forked from it,
# so that one that was killed is back in a moment.
get_resolver().url_patterns  # noqa: B018
