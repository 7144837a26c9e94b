"""First start, second start, and the memory of everything at rest."""

import shutil
import tempfile
import time
from pathlib import Path

from local_stack.ports import free_port
from local_stack.trial import Stack, launcher, memory

REST = 20.0


def measure() -> None:
    """Start twice in one home; weigh everything after it has been left alone for a while."""
    home = Path(tempfile.mkdtemp(prefix="zhanggui-bench-"))
    home.chmod(0o711)
    port = free_port()
    try:
        for which in ("first start", "second start"):
            took = launcher("up", "--detach", "--port", str(port), home=home)
            print(f"{which}: {took:.1f} s")
            if which == "second start":
                time.sleep(REST)
                weigh(Stack(home, port, took))
            launcher("down", home=home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def weigh(made: Stack) -> None:
    """Print the memory of each process, shared pages counted in parts."""
    weights = {name: memory(entry["pid"]) for name, entry in made.processes().items()}
    for name, mib in weights.items():
        print(f"  {name:20} {mib:6.0f} MiB")
    print(f"  {'together':20} {sum(weights.values()):6.0f} MiB")
