"""How many SQL statements a page takes, signing in and posts included, as its own process on the large database."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from grievances.models import Grievance
from grievances.states import OPEN


def main() -> None:
    client = Client(SERVER_NAME="localhost")
    client.force_login(User.objects.get(username="specialist"), backend="django.contrib.auth.backends.ModelBackend")
    ticket = Grievance.objects.filter(state__in=OPEN).order_by("-pk").first()
    print("\n每页 SQL 条数")
    for path, wanted in (
        ("/queue/?queue=window", 6),
        (f"/grievances/{ticket.number}/", 8),
        ("/api/v1/community/grievances/?state=open", None),
    ):
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            status = client.get(path).status_code
        reads = [q["sql"] for q in queries if q["sql"].startswith(("SELECT", "WITH", "(SELECT"))]
        print(f"{len(reads):4} 条 {path}  ({status}){f'  要求 ≤ {wanted}' if wanted else ''}")
