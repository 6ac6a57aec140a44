"""What the application's database role may do: read and write rows, never change tables, never rewrite history.

A model with the attribute `append_only = True`, and every event table of django-pghistory, can be read and added to only.
`manage.py grant` applies this after each migration, as the owner of the tables.
"""

from urllib.parse import urlsplit

from django.apps import apps
from django.db import connection, models
from pghistory.models import Event


def append_only_tables() -> list[str]:
    return sorted(model._meta.db_table for model in apps.get_models(include_auto_created=True) if _append_only(model))


def _append_only(model: type[models.Model]) -> bool:
    return getattr(model, "append_only", False) or (issubclass(model, Event) and not model._meta.abstract and model._meta.managed)


def apply(app_url: str) -> str:
    """Grant to the role of `app_url`; does nothing where the owner and the application are the same role.

    Returns the role, or an empty text.
    """
    role = urlsplit(app_url).username or ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database(), EXISTS (SELECT FROM pg_roles WHERE rolname = %s)", [role])
        owner, database, exists = cursor.fetchone()
        if not exists or role == owner:
            return ""
        name = connection.ops.quote_name(role)
        cursor.execute(
            # a sheet of thousands of rows is copied into a table of its transaction first
            f"GRANT TEMPORARY ON DATABASE {connection.ops.quote_name(database)} TO {name};"
            f"GRANT USAGE ON SCHEMA public TO {name};"
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name};"
            f"REVOKE TRUNCATE, REFERENCES, TRIGGER ON ALL TABLES IN SCHEMA public FROM {name};"
            f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name};"
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {name};"
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {name};"
            f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}"
        )
        existing = set(connection.introspection.table_names(cursor))
        for table in existing.intersection(append_only_tables()):
            cursor.execute(f"REVOKE UPDATE, DELETE ON {connection.ops.quote_name(table)} FROM {name}")
    return role
