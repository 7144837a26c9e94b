"""What a test run keeps for itself, and what it finds of others."""

import os
from pathlib import Path

from local_stack.processes import identity
from local_stack.throwaway import claim, quick_folder


def test_a_run_removes_what_killed_runs_left_and_nothing_else(tmp_path: Path) -> None:
    of_nobody = tmp_path / f"zhanggui-tests-{os.getpid()}-1.0-run"  # the number lives, the process that had it does not
    (of_nobody / "deep").mkdir(parents=True)
    strange = tmp_path / "somebody-elses"
    strange.mkdir()
    first, second = claim(tmp_path, "first"), claim(tmp_path, "second")
    assert sorted(tmp_path.iterdir()) == sorted([first, second, strange])
    assert {folder.stat().st_mode & 0o777 for folder in (first, second)} == {0o711}, "another account walks through"
    assert str(identity(os.getpid()).started) in first.name


def test_files_of_a_run_go_where_they_can_be_run() -> None:
    folder = quick_folder()
    assert os.access(folder, os.W_OK)
    assert not os.statvfs(folder).f_flag & os.ST_NOEXEC
