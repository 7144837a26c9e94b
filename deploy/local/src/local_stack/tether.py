"""Becomes another program that is told when the process that started it dies.

Run as a file with `python -I -S`, standard library only: `tether.py <parent pid> <signal> <uid>:<gid>|- <program> ...`.
A separate tiny program instead of `preexec_fn`, because code between fork and exec is unsafe beside threads.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop to the account, ask the kernel for the signal, become the program (same process id)."""
    parent, signal_number, account, *program = sys.argv[1:]
    if account != "-":
        uid, _, gid = account.partition(":")
        os.setgroups([])
        os.setgid(int(gid))
        os.setuid(int(uid))
    if sys.platform == "linux":  # elsewhere the pids file alone finds what a killed run left
        # After setuid: a change of credentials clears the request.
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the process that started this one is gone already")
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
