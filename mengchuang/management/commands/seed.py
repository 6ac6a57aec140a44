"""`manage.py seed`: write the demo community once."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mengchuang.demo import seeding, town, workers

FULL_TICKETS, SMALL_TICKETS = 1500, 55


class Command(BaseCommand):
    help = "写入演示社区：园区、企业、人员和十八个月的诉求。已写过则不再写。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--small", action="store_true", help="小规模：6 个园区、120 家企业、约 80 件诉求（连同故事与第二社区）")
        parser.add_argument("--tickets", type=int, help=f"诉求件数，默认 {FULL_TICKETS}，小规模为 {SMALL_TICKETS}")
        parser.add_argument("--recent", action="store_true", help="只写在办的和近期的；更早的历史由下一次 seed 补上")
        parser.add_argument("--processes", type=int, help="同时写的进程数，默认每个处理器一个")
        parser.add_argument("--now", help="以此刻为准，例如 2026-11-20T10:20，默认为现在")

    def handle(self, *args: Any, **options: Any) -> None:
        tickets = options["tickets"] or (SMALL_TICKETS if options["small"] else FULL_TICKETS)
        size = town.small(tickets) if options["small"] else town.full(tickets)
        try:
            say = self._say if options["verbosity"] else lambda text: None
            fresh = seeding.seed(
                size, _moment(options["now"]), say=say, recent=options["recent"], processes=options["processes"] or workers.processes()
            )
        except (seeding.DemoRefused, workers.SeedInterrupted) as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["verbosity"]:
            self._say("演示数据已写入。" if fresh else "已有演示数据，没有再写。")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def _moment(text: str | None) -> datetime:
    if not text:
        return timezone.now()
    moment = parse_datetime(text)
    if moment is None:
        raise CommandError("--now 请写成 2026-11-20T10:20 的样子。")
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
