"""Ports: chosen where nobody is, kept where possible, and named when taken."""

import os
import socket
from pathlib import Path

from local_stack import ports


def test_a_remembered_port_stays_until_somebody_else_listens(tmp_path: Path) -> None:
    note = tmp_path / "port"
    first = ports.remembered_port(note)
    assert ports.remembered_port(note) == first
    with socket.socket() as stranger:
        stranger.bind((ports.HOST, first))
        stranger.listen()
        assert not ports.is_free(first)
        assert f"pid {os.getpid()}" in ports.holder(first)
        assert ports.remembered_port(note) != first


def test_nobody_gets_the_port_of_somebody_who_does_not_listen_yet() -> None:
    chosen = [ports.free_port() for _ in range(500)]
    assert len(set(chosen)) == len(chosen)


def test_a_free_port_is_outside_the_range_of_outgoing_connections() -> None:
    first_outgoing = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert all(ports.free_port() < first_outgoing for _ in range(20))
