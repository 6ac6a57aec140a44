import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_database_sorts_and_matches_chinese():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()")

        assert cursor.fetchone() == ("C.UTF-8", "C.UTF-8")
