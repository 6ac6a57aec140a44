"""Sixty days before a year nobody has announced the administrators hear of it (F25)."""

from datetime import datetime

import pytest

from community.kinds import PostKind
from mengchuang import missing_notice
from notices.models import Notice
from tests import make
from workdays import SHANGHAI

pytestmark = pytest.mark.django_db

IN_TIME, LATE = datetime(2026, 10, 8, 9, tzinfo=SHANGHAI), datetime(2026, 11, 15, 9, tzinfo=SHANGHAI)


@pytest.fixture
def admin():
    make.somebody(PostKind.LEADER, at=IN_TIME)
    return make.somebody(PostKind.ADMIN, at=IN_TIME)


def test_each_administrator_is_told_once_and_nobody_else(admin):
    assert missing_notice.warn(LATE) == 1
    missing_notice.warn(LATE)

    (notice,) = Notice.objects.all()
    assert notice.recipient == admin
    assert notice.title == "2027 年的放假安排还没有录入"


def test_as_long_as_there_is_time_nobody_is_told(admin):
    assert missing_notice.warn(IN_TIME) == 0
