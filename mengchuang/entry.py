"""What `manage.py` does before Django loads: the data folder, the database role, the embedded servers."""

import os
import sys
from pathlib import Path

from mengchuang import embedded

STARTS_NOTHING = {"check", "collectstatic", "help", "reset", "run", "spectacular", "version", "--help", "--version", "-h"}
AS_OWNER = {"migrate", "makemigrations", "grant", "pgtrigger", "flush"}


def prepare(arguments: list[str]) -> None:
    """Start what the command needs. `run` starts its servers itself, to show progress."""
    command = arguments[1] if len(arguments) > 1 else "help"
    if command in AS_OWNER:
        os.environ["DATABASE_ROLE"] = "owner"
    embedded_settings = os.environ["DJANGO_SETTINGS_MODULE"] == "mengchuang.settings.dev"
    if command in STARTS_NOTHING or not embedded_settings:
        return
    try:
        embedded.ensure(data_folder())
    except embedded.ServersUnavailable as error:
        sys.exit(str(error))


def data_folder() -> Path:
    return Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / "var").resolve()
