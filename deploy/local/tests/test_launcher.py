"""The launcher on machines that lack something, and on one that has all it needs."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import types
import zipfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a checkout that holds the launcher and one member that prints what it was called with."""
    shutil.copy(ROOT / "zhanggui", tmp_path / "zhanggui")
    package = tmp_path / "deploy" / "local" / "src" / "local_stack"
    package.mkdir(parents=True)
    shutil.copy(ROOT / "deploy" / "local" / "bootstrap.py", tmp_path / "deploy" / "local")
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys, tiny; print('called', tiny.WORD, *sys.argv[1:])\n")
    (tmp_path / "pyproject.toml").write_text('[tool.uv.workspace]\nmembers = ["deploy/local"]\n')
    wheel = tiny_wheel(tmp_path)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (tmp_path / "requirements.lock").write_text(f"tiny==1.0 \\\n    --hash=sha256:{digest}\n")
    return tmp_path


def tiny_wheel(folder: Path) -> Path:
    """Write the smallest wheel there is."""
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    files = {
        "tiny.py": "WORD = 'tiny'\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "tiny-1.0.dist-info/RECORD"
    rows = [f"{name},sha256={digest(text)},{len(text)}" for name, text in files.items()]
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in {**files, record: "\n".join([*rows, f"{record},,"])}.items():
            archive.writestr(name, text)
    return wheel


def digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def launch(checkout: Path, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(checkout), "PIP_CONFIG_FILE": os.devnull}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.Popen(
        [str(checkout / "zhanggui"), *arguments],
        env={**os.environ, "PATH": path, **offline, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_one_environment_is_made_and_follows_what_it_is_made_of(checkout: Path) -> None:
    # two at once make one
    first, second = launch(checkout, "up", "--port", "1"), launch(checkout, "status")
    (said, steps), (also_said, waited) = first.communicate(timeout=120), second.communicate(timeout=120)
    assert (said, also_said) == ("called tiny up --port 1\n", "called tiny status\n")
    assert (steps + waited).count("Making the environment") == 1

    # a broken one is made anew
    (checkout / ".venv" / "zhanggui.stamp").unlink()  # as an interrupted set-up leaves it
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").write_text("half")
    said, _ = launch(checkout, "again").communicate(timeout=120)
    assert said == "called tiny again\n"

    said, steps = launch(checkout, "quickly").communicate(timeout=20)
    assert (said, steps) == ("called tiny quickly\n", "")

    # a lock that moved on is followed
    lock, wheel = checkout / "requirements.lock", checkout / "tiny-1.0-py3-none-any.whl"
    lock.write_text("# moved on\n" + lock.read_text())
    said, steps = launch(checkout, "second").communicate(timeout=120)
    assert said == "called tiny second\n"
    assert "Installing the packages" in steps
    assert "Making the environment" not in steps

    # what cannot be installed is told
    lock.write_text(lock.read_text().replace("tiny==1.0", "tiny==1.1"))
    wheel.rename(checkout / "tiny-1.1-py3-none-any.whl")
    with (checkout / "tiny-1.1-py3-none-any.whl").open("ab") as file:
        file.write(b"tampered")
    run = launch(checkout, "third")
    _, steps = run.communicate(timeout=120)
    assert run.returncode == 1
    assert "does not match its hash" in steps

    (checkout / "tiny-1.1-py3-none-any.whl").unlink()
    run = launch(checkout, "fourth")
    _, steps = run.communicate(timeout=120)
    assert run.returncode == 1
    assert "There is no wheel of tiny==1.1" in steps
    assert "docker compose up" in steps


def test_python_too_old(checkout: Path, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("sh", "dirname", "readlink", "sed", "cat"):
        (tools / tool).symlink_to(shutil.which(tool) or tool)
    old = tools / "python3"
    old.write_text("#!/bin/sh\n[ \"$1\" = --version ] && echo 'Python 3.9.2' && exit 0\nexit 1\n")
    old.chmod(0o755)
    run = launch(checkout, "up", PATH=str(tools))
    _, said = run.communicate(timeout=20)
    assert run.returncode == 1
    assert "Zhanggui needs Python 3.11 or newer with its ssl module (this machine: Python 3.9.2)" in said
    assert "apt-get install python3 python3-venv" in said


@pytest.fixture
def bootstrap() -> types.ModuleType:
    """Load the program that makes the environment."""
    spec = spec_from_file_location("bootstrap", ROOT / "deploy" / "local" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("pip_says", "we_say"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "Not enough disk"),
        ("WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError'", "cannot be reached"),
        ("ERROR: something nobody thought of", "something nobody thought of"),
    ],
)
def test_what_pip_says_is_told_with_its_remedy(bootstrap: types.ModuleType, pip_says: str, we_say: str) -> None:
    assert we_say in bootstrap.explain(pip_says)


def test_without_room_nothing_is_begun(bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "ROOM", 1 << 60)
    with pytest.raises(bootstrap.SetUpFailed, match="Not enough disk space"):
        bootstrap.make()


def test_a_python_without_venv_names_the_package(bootstrap: types.ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "has_venv", lambda: False)
    monkeypatch.setattr(bootstrap.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: "/usr/bin/apt-get")
    with pytest.raises(bootstrap.SetUpFailed, match=r"sudo apt-get install python3\.\d+-venv"):
        bootstrap.need_venv_module()
