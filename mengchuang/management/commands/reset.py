import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from mengchuang import embedded, supervisor


class Command(BaseCommand):
    help = "删除演示数据：内置数据库、Valkey 与上传的文件。用 DATABASE_URL 指定的数据库不受影响。"
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        data = settings.DATA_DIR
        try:
            lock = supervisor.take(data)
        except supervisor.StartRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        with lock:
            embedded.stop(data)
            embedded.remove(data)
            for folder in (settings.MEDIA_ROOT, settings.STATIC_ROOT):
                shutil.rmtree(folder, ignore_errors=True)
        self.stdout.write(f"已删除 {data} 中的演示数据。下次 make run 会重新建立。")
