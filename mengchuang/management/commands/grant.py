import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from mengchuang import grants


class Command(BaseCommand):
    help = "授予应用角色读写行的权限；历史与审计类的表只能读和追加。每次迁移之后运行。"

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        role = grants.apply(os.environ.get("DATABASE_URL") or settings.APP_DATABASE_URL)
        self.stdout.write(f"已授权给 {role}。" if role else "应用与迁移使用同一个数据库角色，无需授权。")
