"""INT, TERM and HUP, to the supervisor or to `make` alone: nothing is left running, nor after a signal in the middle of a start."""

import contextlib
import shutil
import signal
import sys
import time

import psutil
import pytest

from tests.faults.running import alive

SUPERVISOR = (sys.executable, "manage.py", "run")
# As `make run`, with the virtual environment these tests run in taken for finished: it is not theirs to renew.
MAKE = ("make", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.installed", "run")


def commands(processes):
    """Their command lines; a helper of the database may be gone again by now."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            yield process.cmdline()


def servers(run):
    """Whatever runs on this data folder."""
    return [process for process in psutil.process_iter(["cmdline"]) if str(run.data) in " ".join(process.info["cmdline"] or ())]


def stop(run, number=signal.SIGTERM):
    run.process.send_signal(number)
    run.process.communicate(timeout=60)


@pytest.fixture(scope="module")
def halted(run):
    """The portal of these tests, stopped; it runs again afterwards for the next ones."""
    stop(run)
    yield run
    run.start()


@pytest.fixture
def stopped(halted):
    yield halted
    if halted.process.poll() is None:
        stop(halted)


@pytest.mark.parametrize(
    ("command", "number"),
    [(SUPERVISOR, signal.SIGHUP), (MAKE, signal.SIGTERM), (MAKE, signal.SIGINT), (MAKE, signal.SIGHUP)],
    ids=["HUP", "make-TERM", "make-INT", "make-HUP"],
)
@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("make"), reason="what make did with a signal is read in /proc")
def test_a_signal_to_one_process_alone_stops_everything(stopped, command, number):
    stopped.start(*command)
    family = stopped.family()
    assert {"gunicorn", "worker", "beat"} <= {word for child in commands(family) for word in child}
    assert len(servers(stopped)) > 2
    began = time.monotonic()

    stop(stopped, number)

    print(f"{number.name} to {command[0].rsplit('/')[-1]}: {len(family)} processes gone after {time.monotonic() - began:.1f} s")
    assert not alive(family)


@pytest.mark.parametrize("said", ["PostgreSQL", "Valkey"])
def test_a_signal_in_the_middle_of_a_start_leaves_no_server_behind(stopped, said):
    stopped.start(until=said)
    assert servers(stopped)

    stop(stopped)

    assert stopped.process.returncode == 0
    assert not servers(stopped)
