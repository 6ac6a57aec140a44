"""`manage.py run`: starts, refuses, stops everything. On a copy of the small demo, so that nothing is migrated or seeded."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from tests import database, demo_site

ROOT = database.ROOT


class Started:
    def __init__(self, data, name, port):
        self.data, self.name, self.port = data, name, port
        app = database.app_url_of(name)
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "mengchuang.settings.dev", "DATABASE_URL": app, "DATABASE_OWNER_URL": database.url_of(name),
            "REDIS_URL": settings.REDIS_URL, "DATA_DIR": str(data), "PORT": str(port), "DEMO_PASSWORD": "another-password", "PUBLIC_URL": "",
        }  # fmt: skip
        self.process = self.command()
        self.said = ""
        for line in self.process.stdout:
            self.said += line
            if "Ctrl+C" in line:
                break

    def command(self, **changed):
        return subprocess.Popen(
            [sys.executable, "manage.py", "run"], cwd=ROOT, env=self.environment | changed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )  # fmt: skip

    def family(self):
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def run():
    folder, name = Path(tempfile.mkdtemp(prefix="mc-")), f"demo_mc_{os.getpid()}_run"
    with database.server() as cursor:
        database.drop(cursor, name)
        database.copy(cursor, demo_site.seeded_template(), name)
    started = Started(folder, name, demo_site.free_port())
    family = started.family() if started.process.poll() is None else []
    yield started
    started.process.kill()
    psutil.wait_procs(family, timeout=20)
    with database.server() as cursor:
        database.drop(cursor, name)
    shutil.rmtree(folder)


def test_it_says_address_and_accounts_refuses_a_second_one_and_stops_everything(run):
    assert f"http://127.0.0.1:{run.port}/" in run.said
    assert "specialist2" in run.said
    assert "another-password" in run.said
    with urllib.request.urlopen(f"http://127.0.0.1:{run.port}/readyz") as ready:
        assert ready.status == 200

    same_folder = run.command(PORT=str(demo_site.free_port()))
    assert "已有一个实例在运行" in same_folder.communicate()[0]
    same_port = run.command(DATA_DIR=str(run.data / "other"))
    assert f"端口 {run.port} 已被占用" in same_port.communicate()[0]
    assert (same_folder.returncode, same_port.returncode) == (1, 1)

    family = run.family()
    assert len(family) > 3
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(40) == 0
    # An orphan is dead as soon as it is a zombie; when its foster parent collects it is not ours to say.
    assert not [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends them")
def test_killed_itself_it_leaves_no_child_behind(run):
    family = run.family()

    run.process.kill()

    assert not psutil.wait_procs(family, timeout=30)[1]
