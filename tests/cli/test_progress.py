"""Signs of life: on a terminal that waits long, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time

import pytest

from archdsl.cli import progress
from archdsl.cli.progress import working

SLEEP = """
import time
from archdsl.cli.progress import working
with working("drawing Small"):
    time.sleep({seconds})
print("done")
"""


def said(seconds: float) -> str:
    """What a process writes to the terminal that is its stderr."""
    leader, follower = pty.openpty()
    try:
        done = subprocess.run(
            [sys.executable, "-c", SLEEP.format(seconds=seconds)],
            stderr=follower,
            stdout=subprocess.PIPE,
            env={**os.environ, "TERM": "xterm"},
            timeout=60,
            check=True,
        )
        os.close(follower)
        follower = -1
        assert done.stdout == b"done\n"
        found = b""
        while chunk := _read(leader):
            found += chunk
        return found.decode()
    finally:
        os.close(leader)
        if follower >= 0:
            os.close(follower)


def _read(leader: int) -> bytes:
    try:
        return os.read(leader, 4096)
    except OSError:  # Linux says so where the other end is closed.
        return b""


def test_long_work_is_named_on_a_terminal() -> None:
    assert "drawing Small" in said(progress.PATIENCE + 1.5)


def test_short_work_is_silent_on_a_terminal() -> None:
    assert said(0.0) == ""


def test_long_work_is_silent_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with working("drawing Small"):
        time.sleep(0.2)
    assert capfd.readouterr() == ("", "")
