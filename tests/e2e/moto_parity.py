#!/usr/bin/env python3
"""Runs real command lines through the AWS CLI and virga, each against a moto_server of its own, and compares.

The references are AWS CLI v1 (the `aws` on PATH; virga then runs with VIRGA_COMPAT=v1) and Debian's AWS CLI v2, both
in a process that forks for every command line; see aws_reference.py. Compared are standard output, exit status and the
files that were written, beside v1 standard error, too. Both servers get the same random seed before every command, so
that generated names agree; times of today are masked.

A line is `[@v1|@v2|@formats] [VARIABLE path <- ] service operation ...`: @v1 and @v2 keep it to one version, @formats
runs it in every output format, a variable takes a part of the printed JSON. A reference that is missing is skipped, visibly; without any, or without moto_server, the exit
status is 77.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import zipfile
from dataclasses import dataclass
from pathlib import Path

from aws_reference import V2_CODE, Answer, AwsReference, python_of_v1, python_of_v2

SKIPPED = 77
HERE = Path(__file__).resolve().parent
LINES = ("moto_commands.txt", "option_commands.txt")
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
    (folder / "user.json").write_text('{"UserName": "opt-a"}')
    (folder / "user.yaml").write_text("UserName: opt-a  # a remark\n")
    (folder / "names.yaml").write_text("Names:\n- /opt/a\n- '/opt/b'\nWithDecryption: false\n")
    (folder / "filters.json").write_text('[{"Name": "cidr", "Values": ["10.9.0.0/16"]}]')
    (folder / "items.json").write_text('{"opt": [{"PutRequest": {"Item": {"id": {"S": "five"}}}}]}')
    with zipfile.ZipFile(folder / "code.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.py"), "def b(event, context): return 1\n")


class Comparison:
    """virga and one version of the AWS CLI, their servers and their scratch folders."""

    def __init__(self, version: str, python: str, virga: Path, models: Path | None, scratch: Path) -> None:
        self.version = version
        self._virga = virga
        self._more = {"VIRGA_COMPAT": version} | ({"VIRGA_MODELS": str(models)} if models else {})
        if version == "v2":  # Debian's is older than the checksums that S3 is sent unasked
            self._more["AWS_REQUEST_CHECKSUM_CALCULATION"] = "when_required"
        self._servers = {name: MotoServer() for name in ("aws", "virga")}
        self._folders = {name: scratch / version / name for name in self._servers}
        for folder in self._folders.values():
            folder.mkdir(parents=True)
            write_data(folder / "data")
        self._reference = AwsReference(python, self._folders["aws"])
        self._values: dict[str, dict[str, str]] = {name: {} for name in self._servers}

    def applies(self, line: str) -> bool:
        return not line.startswith("@") or line.startswith(f"@{self.version} ")

    def run_line(self, number: int, line: str) -> list[str]:
        target, arrow, command = line.removeprefix(f"@{self.version} ").rpartition(" <- ")
        outcomes = {name: self._run_one(name, number, command) for name in self._servers}
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
        return Outcome(outcome.status, texts[0], texts[1] if self.version == "v1" else "", outcome.files)

    def _run_one(self, name: str, number: int, command: str) -> Outcome:
        folder, server = self._folders[name], self._servers[name]
        server.seed(number)
        values = self._values[name] | {"DATA": str(folder / "data"), "OUT": str(folder / "out")}
        words = [re.sub(r"\$([A-Z0-9]+)", lambda m: values.get(m[1], m[0]), word) for word in split_words(command)]
        words += ["--endpoint-url", f"http://127.0.0.1:{server.port}"]
        return self._run_words(name, words, environment(folder), folder / "out")

    def _run_words(self, name: str, words: list[str], env: dict[str, str], out: Path) -> Outcome:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        if name == "aws":
            answer = self._reference.run(words, env, out)
        else:
            process = subprocess.run([self._virga, *words], env=env | self._more, cwd=out, stdin=subprocess.DEVNULL,
                                     capture_output=True, timeout=120, check=False)
            answer = Answer(process.returncode, process.stdout, process.stderr)
        files = {path.name: path.read_bytes() for path in sorted(out.iterdir())}
        return Outcome(answer.status, answer.stdout.decode(), answer.stderr.decode(), files)

    def stop(self) -> None:
        self._reference.stop()
        for server in self._servers.values():
            server.stop()


def split_words(command: str) -> list[str]:
    """Words at blanks; "..." keeps blanks together where it begins a word; quotes inside of JSON stay."""
    return [word[1:-1] if word.startswith('"') else word for word in re.findall(r'(?<!\S)"[^"]*"(?!\S)|\S+', command)]


def read_lines() -> list[str]:
    out = []
    for name in LINES:
        for line in (HERE / name).read_text().splitlines():
            if line.startswith("@formats "):
                line = line.removeprefix("@formats ")
                out += [f"{line} --output {form}" for form in ("json", "text", "table")]
                out += [f"@v2 {line} --output {form}" for form in ("yaml", "yaml-stream")]
            elif line and line[0] != "#":
                out.append(line)
    return out


def pack_of_v2(virga: Path, lines: list[str], scratch: Path) -> Path:
    """A model pack of the models that AWS CLI v2 has itself, so that both know the same; only of the services used."""
    data = V2_CODE / "data"
    names = {"s3api": "s3", "configservice": "config", "stepfunctions": "stepfunctions"}
    folder, pack = scratch / "models", scratch / "v2.pack"
    folder.mkdir()
    services = {names.get(service, service) for service in map(service_of, lines)}
    for entry in data.iterdir():
        if entry.name in services or not entry.is_dir():
            (folder / entry.name).symlink_to(entry)
    subprocess.run([virga, "models", "build", "--from", folder, "--out", pack], check=True, stdout=subprocess.DEVNULL)
    return pack


def service_of(line: str) -> str:
    command = re.sub(r"^@v\d ", "", line).rpartition(" <- ")[2]
    return next((word for word in command.split() if re.fullmatch("[a-z][a-z0-9-]+", word)), "")


def compare(comparison: Comparison, lines: list[str], only: str | None) -> int:
    """How many lines failed; prints what differs."""
    failed = 0
    try:
        for number, line in enumerate(lines, 1):
            found = comparison.run_line(number, line) if comparison.applies(line) else []
            if found and (not only or re.search(only, line)):
                failed += 1
                print(f"FAILED beside {comparison.version}: {line}\n    " + "\n    ".join(found), flush=True)
    except Exception as error:
        print(f"FAILED beside {comparison.version}: {error!r}", flush=True)
        failed += 1
    finally:
        comparison.stop()
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", required=True, type=Path)
    parser.add_argument("--only", help="run all lines, but report only those that match this regular expression")
    parser.add_argument("--version", choices=("v1", "v2"), help="beside this version alone")
    arguments = parser.parse_args()
    lines = read_lines()
    references = {"v1": python_of_v1(), "v2": python_of_v2()}
    for version, python in references.items():
        if not python:
            print(f"skipped: AWS CLI {version} is not installed")
    wanted = {version: python for version, python in references.items()
              if python and arguments.version in (None, version)}
    if not (shutil.which("moto_server") and wanted):
        print("skipped: an AWS CLI and moto_server are needed")
        return SKIPPED
    virga = arguments.virga.resolve()
    failed: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="virga-e2e-") as scratch:
        def run(version: str, python: str) -> None:
            models = pack_of_v2(virga, lines, Path(scratch)) if version == "v2" else None
            comparison = Comparison(version, python, virga, models, Path(scratch))
            failed[version] = compare(comparison, lines, arguments.only)

        threads = [threading.Thread(target=run, args=item) for item in wanted.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for version in wanted:
        count = sum(not line.startswith("@") or line.startswith(f"@{version} ") for line in lines)
        print(f"{count} command lines over {len(set(map(service_of, lines)))} services beside AWS CLI {version}: "
              f"{failed.get(version, count)} failed")
    return 1 if len(failed) < len(wanted) or any(failed.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
