"""First numbers and the list behind each."""

urlpatterns: list = []
