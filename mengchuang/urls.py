from django.contrib import admin
from django.urls import include, path

from mengchuang import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("admin/", admin.site.urls),
    path("api/", include("api.urls")),
    path("", include("portal.urls")),
]

handler400 = "mengchuang.errors.bad_request"
handler403 = "mengchuang.errors.permission_denied"
handler404 = "mengchuang.errors.not_found"
handler500 = "mengchuang.errors.server_error"
