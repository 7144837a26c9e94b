"""Who ends is started again; whoever is asked to end, ends; nobody is mistaken for somebody else."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local_stack.processes import Identity, await_end, identity, spawn
from local_stack.supervisor import Child, end_in_order, end_leftovers, look_after, require_alive
from local_stack.troubles import ProcessFailed

Launch = Callable[..., Child]
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@pytest.fixture
def child(tmp_path: Path) -> Launch:
    """Make a place in the stack for a Python program; started at once."""

    def made(program: str) -> Child:
        log = tmp_path / "child.log"
        place = Child("child", lambda: spawn([sys.executable, "-c", program], log=log), log, 0)
        place.start()
        return place

    return made


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def test_one_that_was_killed_comes_back_after_a_pause(child: Launch) -> None:
    place = child("import time; time.sleep(60)")
    said: list[str] = []
    first = place.running
    assert first is not None
    psutil.Process(first.pid).kill()
    until(lambda: look_after([place], said.append) and place.running)
    assert place.running is not None
    assert place.running.pid != first.pid
    assert place.restarts == 1
    assert "SIGKILL" in said[0]
    end_in_order([place], patience=5)


def test_one_that_keeps_failing_is_started_less_and_less_often(child: Launch) -> None:
    place = child("raise SystemExit(7)")
    said: list[str] = []
    until(lambda: look_after([place], said.append) and len(said) == 2)
    assert "exit code 7, again in 1 s" in said[0]
    assert "exit code 7, again in 2 s" in said[1]


def test_before_all_is_ready_an_ended_process_is_told_with_its_last_words(child: Launch) -> None:
    place = child("raise SystemExit('no such table')")
    assert place.running is not None
    until(lambda: place.running is not None and place.running.poll() is not None)
    with pytest.raises(ProcessFailed, match="no such table"):
        require_alive([place])


def test_one_that_will_not_end_is_killed(child: Launch) -> None:
    place = child(STUBBORN)
    until(place.log.read_text)
    assert place.running is not None
    process = psutil.Process(place.running.pid)
    end_in_order([place], patience=0.3)
    assert not await_end([process], 1)


def test_what_a_killed_run_left_is_ended_but_never_a_stranger_with_its_number(tmp_path: Path) -> None:
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = spawn(sleeping, log=tmp_path / "log")
    strange = spawn(sleeping, log=tmp_path / "log")
    wrong = Identity(strange.pid, identity(strange.pid).started - 100)
    notes = [
        {"pid": who.pid, "started": who.started, "parting": int(signal.SIGTERM)} for who in (identity(ours.pid), wrong)
    ]
    end_leftovers({"processes": notes})
    assert ours.wait(timeout=5) == -signal.SIGTERM
    assert strange.poll() is None
    strange.kill()
    strange.wait()


def test_children_end_when_the_process_that_forked_them_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path\n"
        "from local_stack.forks import fork; from local_stack.processes import spawn\n"
        "forked = fork(lambda: time.sleep(60), title='sleeper')\n"
        "spawned = spawn(['/bin/sleep', '60'], log=Path(sys.argv[1]))\n"
        "print(forked.pid, spawned.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout is not None
        left = [psutil.Process(int(pid)) for pid in supervisor.stdout.readline().split()]
        time.sleep(0.2)
        assert [process.name() for process in left] == ["sleeper", "sleep"]
        supervisor.kill()
    assert not await_end(left, 5)
