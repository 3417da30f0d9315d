#!/usr/bin/env python3
"""Runs real command lines through aws and virga, each against a moto_server of its own, and compares.

Compared are standard output, standard error, exit status, and the files that were written. Both servers get the same
random seed before every command, so that generated names agree; times of today are masked.

Exits with 77 (skipped) where aws, botocore or moto_server is missing.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

SKIPPED = 77
HERE = Path(__file__).resolve().parent
# What differs between two runs of the same program: times, ports, and what hangs on them.
VOLATILE = [
    (re.compile(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "TIME"),
    (re.compile(r"\b1[78]\d{8}(\.\d+)?\b"), "EPOCH"),
    (re.compile(r"\b1[78]\d{11}\b"), "EPOCHMS"),
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT"), "DATE"),
    (re.compile(r"FQoGZXIvYXdzEBYaD[A-Za-z0-9+/=]+"), "SESSION-TOKEN"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), "SERVER"),
]


@dataclass(frozen=True)
class Outcome:
    """What one run gave."""

    status: int
    stdout: str
    stderr: str
    files: dict[str, bytes]


class MotoServer:
    """A moto_server on a free port of the loopback interface."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process = subprocess.Popen(
            ["moto_server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("moto_server did not start")

    def seed(self, number: int) -> None:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/moto-api/seed?a={number}", method="POST")
        urllib.request.urlopen(request, timeout=10).read()

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(timeout=10)


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
    return kept | {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "credentials"),
        "AWS_MAX_ATTEMPTS": "1",
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def run(command: list[str], words: list[str], env: dict[str, str], out: Path) -> Outcome:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    process = subprocess.run(
        command + words, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False,
    )
    files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
    return Outcome(process.returncode, process.stdout.decode(), process.stderr.decode(), files)


def usage_summary(stderr: str) -> str:
    """Usage errors are compared by their last line: the usage text before it names the program and all commands."""
    lines = stderr.strip().splitlines()
    return lines[-1] if lines and lines[0].startswith("usage:") else stderr


def differences(expected: Outcome, actual: Outcome) -> list[str]:
    found = []
    if expected.status != actual.status:
        found.append(f"exit status: expected {expected.status}, got {actual.status}")
    for name in ("stdout", "stderr"):
        wanted, got = getattr(expected, name), getattr(actual, name)
        if wanted != got:
            start = next((i for i, pair in enumerate(zip(wanted, got)) if pair[0] != pair[1]), min(len(wanted), len(got)))
            around = slice(max(0, start - 200), start + 300)
            found.append(f"{name}: expected {wanted[around]!r}\n          got      {got[around]!r}")
    if expected.files != actual.files:
        found.append(f"files: expected {sorted(expected.files)}, got {sorted(actual.files)} or other content")
    return found


def value_at(document: object, path: str) -> str:
    for step in re.findall(r"[^.\[\]]+", path):
        document = document[int(step)] if step.isdigit() and isinstance(document, list) else document[step]
    return str(document)


def write_data(folder: Path) -> None:
    folder.mkdir()
    (folder / "hello.txt").write_bytes(b"hello, world\n")
    with zipfile.ZipFile(folder / "code.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.py"), "def b(event, context): return 1\n")


class Comparison:
    """Both programs, their servers and their scratch folders."""

    def __init__(self, virga: list[str], scratch: Path) -> None:
        self._commands = {"aws": ["aws"], "virga": virga}
        self._servers = {name: MotoServer() for name in self._commands}
        self._folders = {name: scratch / name for name in self._commands}
        for folder in self._folders.values():
            folder.mkdir()
            write_data(folder / "data")
        self._values: dict[str, dict[str, str]] = {name: {} for name in self._commands}

    def run_line(self, number: int, line: str) -> list[str]:
        target, arrow, command = line.rpartition(" <- ")
        outcomes = {name: self._run_one(name, number, command) for name in self._commands}
        if arrow:
            variable, path = target.split()
            for name, outcome in outcomes.items():
                try:
                    self._values[name][variable] = value_at(json.loads(outcome.stdout), path)
                except (ValueError, LookupError):
                    return [f"{name} gave no {path}: {outcome.stderr.strip()}"]
        return differences(self._masked("aws", outcomes["aws"]), self._masked("virga", outcomes["virga"]))

    def _masked(self, name: str, outcome: Outcome) -> Outcome:
        """The outcome without what differs from run to run: folders, times, and names that the server made up."""
        texts = []
        for text in (outcome.stdout, usage_summary(outcome.stderr)):
            text = text.replace(str(self._folders[name]), "FOLDER")
            for variable, value in self._values[name].items():
                text = text.replace(value, f"${variable}")
            for pattern, mask in VOLATILE:
                text = pattern.sub(mask, text)
            texts.append(text)
        return Outcome(outcome.status, texts[0], texts[1], outcome.files)

    def _run_one(self, name: str, number: int, command: str) -> Outcome:
        folder, server = self._folders[name], self._servers[name]
        server.seed(number)
        values = self._values[name] | {"DATA": str(folder / "data"), "OUT": str(folder / "out")}
        words = [re.sub(r"\$([A-Z0-9]+)", lambda m: values.get(m[1], m[0]), word) for word in split_words(command)]
        words += ["--endpoint-url", f"http://127.0.0.1:{server.port}"]
        return run(self._commands[name], words, environment(folder), folder / "out")

    def stop(self) -> None:
        for server in self._servers.values():
            server.stop()


def split_words(command: str) -> list[str]:
    """Words at blanks; "..." keeps blanks together where it begins a word; quotes inside of JSON stay."""
    return [word[1:-1] if word.startswith('"') else word for word in re.findall(r'(?<!\S)"[^"]*"(?!\S)|\S+', command)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", required=True, type=Path)
    parser.add_argument("--only", help="run all lines, but report only those that match this regular expression")
    arguments = parser.parse_args()
    if not (shutil.which("aws") and shutil.which("moto_server") and importlib.util.find_spec("botocore")):
        print("skipped: aws, botocore and moto_server are needed")
        return SKIPPED
    lines = [line for line in (HERE / "moto_commands.txt").read_text().splitlines() if line and line[0] != "#"]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="virga-e2e-") as scratch:
        virga = [shutil.which("env"), "VIRGA_COMPAT=v1", str(arguments.virga.resolve())]
        comparison = Comparison(virga, Path(scratch))
        try:
            for number, line in enumerate(lines, 1):
                found = comparison.run_line(number, line)
                if found and (not arguments.only or re.search(arguments.only, line)):
                    failed += 1
                    print(f"FAILED {line}\n    " + "\n    ".join(found), flush=True)
        finally:
            comparison.stop()
    services = {line.rpartition(" <- ")[2].split()[0] for line in lines}
    print(f"{len(lines)} command lines over {len(services)} services")
    print(f"{len(lines) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
