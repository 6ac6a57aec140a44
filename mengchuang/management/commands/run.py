import hashlib
import os
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from mengchuang import grants, supervisor
from mengchuang.demo import accounts, seeding
from mengchuang.entry import current_run
from mengchuang.models import Mark
from mengchuang.settings.base import database


class Command(BaseCommand):
    help = "启动演示环境：数据库、Valkey、网页与后台任务。Ctrl+C 停止全部。"
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help="网页端口，默认为环境变量 PORT 或 8000")
        parser.add_argument("--host", default="127.0.0.1", help="监听地址，默认只在本机")
        parser.add_argument("--small", action="store_true", help="演示数据用小规模")
        parser.add_argument("--data", help="数据目录，默认为环境变量 DATA_DIR 或 var/")

    def handle(self, *args: Any, **options: Any) -> None:
        """The first three steps were taken in mengchuang/entry.py, before Django loaded."""
        try:
            supervisor.run(current_run(), partial(prepare, small=options["small"]), announce)
        except supervisor.StartRefused as refusal:
            raise CommandError(str(refusal)) from refusal


def prepare(run: supervisor.Run, *, small: bool) -> None:
    with run.progress.step("建表（数据库迁移）"):
        call_command("migrate", interactive=False, verbosity=0, skip_checks=True)
        grants.apply(settings.APP_DATABASE_URL)
    become_app()
    with run.progress.step("写入演示数据") as notes:
        notes.extend(seed(small=small))
        run.history_is_missing = seeding.is_unfinished()
    with run.progress.step("准备静态文件"):
        collect_static()
    connection.close()


def become_app() -> None:
    """From here on only rows are read and written, so that a missing grant shows now and not in the browser."""
    connection.close()
    connection.settings_dict.update(database(settings.APP_DATABASE_URL, statement_timeout="0"))


def seed(*, small: bool) -> list[str]:
    """Write the demo community the first time, and the demo passwords every time. Returns what is to be said.

    What is under way and the last months come first; the history before that is written while people look around.
    """
    if Mark.objects.filter(name=Mark.SEEDED).exists():
        accounts.apply_passwords(password())
        return ["已有数据，沿用"]
    call_command("seed", verbosity=0, small=small, recent=True)
    return []


def password() -> str:
    return settings.DEMO_PASSWORD or accounts.FIXED_PASSWORD


def collect_static() -> None:
    """Run collectstatic when a file has changed since the last time."""
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            stat = os.stat(storage.path(path))
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    stamp = settings.STATIC_ROOT / ".collected"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        stamp.unlink(missing_ok=True)
        call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)
        stamp.write_text(digest.hexdigest())


def announce(run: supervisor.Run) -> None:
    print(f"\n已就绪，共用时 {run.progress.seconds:.0f} 秒。请打开 {run.url}/\n")
    print(f"  演示账号（密码均为 {password()}）")
    for account in accounts.ACCOUNTS:
        print(f"    {account.username:<12} {account.role}")
    if run.history_is_missing:
        print("\n  更早的演示诉求正在后台补写，一两分钟内出现。")
    print(f"\n  接口文档 {run.url}/api/docs/    日志 {run.data / 'log'}    Ctrl+C 停止全部\n", flush=True)
