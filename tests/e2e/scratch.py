"""A folder of a test's own, removed when the last process that lives in it is gone."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

WAIT = 60  # seconds; a sweep under sanitizers takes about one


def processes_at_home_in(folder: Path) -> list[int]:
    """The processes whose HOME is in `folder`: what the program leaves running after its answer (a sweep, a refresh)."""
    found = []
    wanted = f"HOME={folder}/".encode()
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            environment = Path("/proc", entry, "environ").read_bytes()
        except OSError:  # it ended meanwhile, or is another user's
            continue
        if any((variable + b"/").startswith(wanted) for variable in environment.split(b"\0")):
            found.append(int(entry))
    return found


def remove(folder: Path) -> None:
    """Waits for detached processes first: they write into their cache, and put back what is removed under them.

    One that does not end is a fault of the program and fails the test.
    """
    deadline = time.monotonic() + WAIT
    while left := processes_at_home_in(folder):
        if time.monotonic() > deadline:
            raise AssertionError(f"still running {WAIT} s after the test: {left}")
        time.sleep(0.02)
    shutil.rmtree(folder)


def scratch_folder(add_cleanup: Callable) -> Path:
    """A new empty folder; `add_cleanup` is the case's addCleanup or the class's addClassCleanup.

    Programs are started from here as from a terminal: a shell that runs the tests in the background has SIGINT ignored,
    and they would inherit that.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="virga-e2e-"))
    add_cleanup(remove, folder)
    return folder
