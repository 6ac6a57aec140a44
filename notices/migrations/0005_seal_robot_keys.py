"""The keys that stand in plain text are sealed; undone, they are opened again."""

from django.db import migrations

from notices.sealed import marks, seal, unseal


def _rows(schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, token, secret FROM notices_robot ORDER BY id")
        return cursor.fetchall()


def _write(schema_editor, key, token, secret, mark):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("UPDATE notices_robot SET token = %s, secret = %s, token_mark = %s WHERE id = %s", [token, secret, mark, key])


def close(apps, schema_editor):
    # The columns as they stand: the model would take them for sealed already.
    for key, token, secret in _rows(schema_editor):
        _write(schema_editor, key, seal(token), seal(secret), marks(token)[0])


def open_again(apps, schema_editor):
    for key, token, secret in _rows(schema_editor):
        _write(schema_editor, key, unseal(token), unseal(secret), "")


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_robot_keys_sealed")]

    operations = [migrations.RunPython(close, open_again)]
