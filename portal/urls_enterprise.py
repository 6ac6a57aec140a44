"""The enterprise's pages, and the one ticket page for all roles."""

urlpatterns: list = []
