"""What `manage.py` does before Django loads: the data folder, the database role, the embedded servers."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING

from mengchuang import embedded

if TYPE_CHECKING:
    from mengchuang.supervisor import Run

STARTS_NOTHING = {"check", "collectstatic", "help", "makemigrations", "reset", "spectacular", "version", "--help", "--version", "-h"}
AS_OWNER = {"migrate", "makemigrations", "grant", "pgtrigger", "flush", "run"}
DEMO_SETTINGS = "mengchuang.settings.dev"

_run: "Run | None" = None


def prepare(arguments: list[str]) -> None:
    """Start what the command needs, and for `run` take its first steps: the settings read the addresses when they load."""
    command = arguments[1] if len(arguments) > 1 else "help"
    settings = os.environ.setdefault("DJANGO_SETTINGS_MODULE", DEMO_SETTINGS)
    if command in AS_OWNER:
        os.environ["DATABASE_ROLE"] = "owner"
    if command == "run" and not {"-h", "--help"} & set(arguments):
        _begin_run(arguments[2:], settings)
    elif settings == DEMO_SETTINGS and command not in STARTS_NOTHING:
        try:
            embedded.ensure(data_folder())
        except embedded.ServersUnavailable as error:
            sys.exit(str(error))


def data_folder() -> Path:
    return Path(os.environ.get("DATA_DIR") or Path(__file__).resolve().parent.parent / "var").resolve()


def current_run() -> "Run":
    assert _run is not None, "manage.py calls prepare() first"
    return _run


def _begin_run(arguments: list[str], settings: str) -> None:
    from mengchuang.supervisor import Run, StartRefused

    global _run
    if settings != DEMO_SETTINGS or os.environ.get("DEMO", "1").lower() in ("0", "false", "no", "off"):
        sys.exit("make run 只用于演示环境（DEMO=1）。生产环境的启动方式见 deploy/ 与 README 的“Production”一节。")
    parser = ArgumentParser(add_help=False)
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, default=data_folder())
    chosen, _ = parser.parse_known_args(arguments)
    _run = Run(chosen.data.resolve(), chosen.host, chosen.port)
    os.environ["DEMO"] = "1"
    try:
        _run.begin()
    except StartRefused as refusal:
        sys.exit(f"\n{refusal}")
