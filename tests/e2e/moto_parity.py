#!/usr/bin/env python3
"""Runs real command lines through the AWS CLI and virga, each against a moto_server of its own, and compares.

The references are AWS CLI v1 (the `aws` on PATH; virga then runs with VIRGA_COMPAT=v1) and Debian's AWS CLI v2, both
in one process each; see aws_reference.py. Compared are standard output and error, the exit status and the files that
were written. Both servers get the same random seed before every command, so that generated names agree; times of today
are masked.

A line is `[@v1|@v2|@formats] [VARIABLE path <- ] [NAME=value ...] service operation ...`: @v1 and @v2 keep it to one
version, @formats runs it in every output format, a variable takes a part of the printed JSON, NAME=value is put into
the environment. A reference that is missing is skipped, visibly; without any, or without moto, the exit status is 77.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import re
import shutil
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
from sanitized import is_sanitized

SKIPPED = 77
SAMPLE = 8  # of a sanitized program each eighth line is enough
HERE = Path(__file__).resolve().parent
LINES = ("moto_commands.txt", "option_commands.txt")
# What differs between two runs of the same program: times, ports, and what hangs on them.
VOLATILE = [
    (re.compile(r"(?<!\d)20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"), "TIME"),
    (re.compile(r"\b1[78]\d{8}(\.\d+)?\b"), "EPOCH"),
    (re.compile(r"\b1[78]\d{11}\b"), "EPOCHMS"),
    (re.compile(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} 20\d\d \d\d:\d\d:\d\d GMT"), "DATE"),
    (re.compile(r"FQoGZXIvYXdzEBYaD[A-Za-z0-9+/=]+"), "SESSION-TOKEN"),
    (re.compile(r"(127\.0\.0\.1|localhost):\d+"), "SERVER"),
]

# Lines that differ and why, as docs/compatibility.md says; the version is empty where they differ beside both.
KNOWN = [
    ("v1", "skeletons choose an enum's value at random there",
     r"(s3api put-object|run-instances|dynamodb put-item|lambda create-function|put-metric-alarm) --generate-cli-skel"),
    ("", "its own placeholders are too short for the model",
     r"(sts get-caller-identity|iam list-users|iam get-user) --generate-cli-skeleton output"),
    ("", "a number below 0 cuts items off the end", r"--max-items -1$"),
    ("v1", "a warning that v2 does not have", r"--max-items 0$"),
    ("", "it signs for a region without a name", r'--region ""$|^AWS_DEFAULT_REGION= '),
    ("v2", "virga has the retry mode legacy in every version", r"^AWS_RETRY_MODE=odd"),
    ("v2", "AWS_CLI_FILE_ENCODING: virga reads texts as UTF-8", r"/opt/latin"),
    ("", "each has a version of its own", r"--version$"),
    ("v2", "an error of Python: a name is not defined", r"--image-id ami-12c6146b --count x$"),
    ("v2", "virga says where the YAML is broken", r"--cli-input-yaml \"UserName: \[broken\"$"),
]

# The profiles of the configuration file.
PROFILES = "".join(
    f"[profile {name}]\naws_access_key_id = AKIAPROFILEEXAMPLE00\naws_secret_access_key = secret\n{setting}\n"
    for name, setting in {
        "texts": "output = text", "tables": "output = table", "yamls": "output = yaml", "odd": "output = odd",
        "iso": "cli_timestamp_format = iso8601", "wire": "cli_timestamp_format = wire",
        "nostamp": "cli_timestamp_format = odd", "raw": "cli_binary_format = raw-in-base64-out", "west": "region = us-west-2",
        "pager": "cli_pager = false", "files": "cli_follow_urlparam = false", "checks": "parameter_validation = false",
    }.items()
)


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
            [sys.executable, str(HERE / "moto_clock.py"), "-H", "127.0.0.1", "-p", str(self.port)],
            env=os.environ | {"PYTHONHASHSEED": "0"},  # the order of sets
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
        self._process.kill()  # its threads may keep it past a signal that it can handle
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
    """Usage errors without the usage text, which names the program, and without the tables of all commands."""
    if not stderr.lstrip().startswith("usage:"):
        return stderr
    _, found, error = re.sub(r"^\w+: error: ", "\0", stderr, count=1, flags=re.M).partition("\0")
    if not found:  # "Unknown options: ..."
        error = stderr.strip().splitlines()[-1]
    return "\n".join(line for line in error.strip().splitlines() if not re.fullmatch(r"[\w.-]+ *(\| [\w.-]+ *)?", line))


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


def settings_in_front(words: list[str]) -> dict[str, str]:
    """Takes NAME=value from the front of a command line."""
    out = {}
    while words and re.match(r"[A-Z_]+=", words[0]):
        name, _, value = words.pop(0).partition("=")
        out[name] = value
    return out


def value_at(document: object, path: str) -> str:
    for step in re.findall(r"[^.\[\]]+", path):
        document = document[int(step)] if step.isdigit() and isinstance(document, list) else document[step]
    return str(document)


def write_data(folder: Path) -> None:
    folder.mkdir()
    (folder / "hello.txt").write_bytes(b"hello, world\n")
    (folder / "latin.txt").write_bytes("Zo\u00eb".encode("latin-1"))
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
            (folder / "config").write_text(PROFILES)
        self._reference = AwsReference(python, self._folders["aws"], forks=False)
        self._values: dict[str, dict[str, str]] = {name: {} for name in self._servers}

    def applies(self, line: str) -> bool:
        return not line.startswith("@") or line.startswith(f"@{self.version} ")

    def run_line(self, number: int, line: str) -> list[str]:
        target, arrow, command = line.removeprefix(f"@{self.version} ").rpartition(" <- ")
        outcomes = {name: self._run_one(name, number, command) for name in self._servers}
        if arrow:
            variable, path = target.split()
            missing: list[str] = []
            for name, outcome in outcomes.items():
                try:
                    self._values[name][variable] = value_at(json.loads(outcome.stdout), path)
                except (ValueError, LookupError):
                    missing.append(f"{name} gave no {path}: {outcome.stderr.strip()}")
            if len(missing) == 1:  # in a sample neither may have one
                return missing
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
        return Outcome(outcome.status, *texts, outcome.files)

    def _run_one(self, name: str, number: int, command: str) -> Outcome:
        folder, server = self._folders[name], self._servers[name]
        server.seed(number)
        values = self._values[name] | {"DATA": str(folder / "data"), "OUT": str(folder / "out")}
        words = [re.sub(r"\$([A-Z0-9]+)", lambda m: values.get(m[1], m[0]), word) for word in split_words(command)]
        env = environment(folder) | settings_in_front(words)
        words += ["--endpoint-url", f"http://127.0.0.1:{server.port}"]
        return self._run_words(name, words, env, folder / "out")

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


def reason_to_differ(version: str, line: str) -> str | None:
    return next((why for only, why, pattern in KNOWN if only in ("", version) and re.search(pattern, line)), None)


def compare(comparison: Comparison, lines: list[str], only: str | None, whole: bool) -> dict[str, int]:
    """How many lines agreed, differed as known and failed; prints what differs. A sample lacks what other lines made: there
    a known difference need not show."""
    counts = {"agree": 0, "differ as documented": 0, "failed": 0}
    try:
        for number, line in enumerate(lines, 1):
            if not comparison.applies(line):
                continue
            found = comparison.run_line(number, line)
            known = reason_to_differ(comparison.version, line)
            if known and not found and whole and "at random" not in known:
                found = [f"agrees, though it is listed as a difference: {known}"]
            elif known and found:
                counts["differ as documented"] += 1
                continue
            counts["failed" if found else "agree"] += 1
            if found and (not only or re.search(only, line)):
                print(f"FAILED beside {comparison.version}: {line}\n    " + "\n    ".join(found), flush=True)
    except Exception as error:
        print(f"FAILED beside {comparison.version}: {error!r}", flush=True)
        counts["failed"] += 1
    finally:
        comparison.stop()
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", required=True, type=Path)
    parser.add_argument("--only", help="run all lines, but report only those that match this regular expression")
    parser.add_argument("--version", choices=("v1", "v2"), help="beside this version alone")
    arguments = parser.parse_args()
    virga = arguments.virga.resolve()
    lines = read_lines()
    sample = is_sanitized(str(virga))  # as slow as the AWS CLI
    if sample:
        # A waiter without the line that makes what it waits for would wait to its end.
        lines = [line for number, line in enumerate(lines)
                 if (number % SAMPLE == 0 and " wait " not in line) or " <- " in line]
        print(f"sanitized: a sample of {len(lines)} command lines, not beside v2, whose models take minutes to compile")
    references = {"v1": python_of_v1(), "v2": python_of_v2()}
    for version, python in references.items():
        if not python:
            print(f"skipped: AWS CLI {version} is not installed")
    wanted = {version: python for version, python in references.items()
              if python and arguments.version in (None, version) and not (sample and version == "v2")}
    if not (importlib.util.find_spec("moto") and wanted):
        print("skipped: an AWS CLI and moto are needed")
        return SKIPPED
    counts: dict[str, dict[str, int]] = {}
    with tempfile.TemporaryDirectory(prefix="virga-e2e-") as scratch:
        def run(version: str, python: str) -> None:
            models = pack_of_v2(virga, lines, Path(scratch)) if version == "v2" else None
            comparison = Comparison(version, python, virga, models, Path(scratch))
            counts[version] = compare(comparison, lines, arguments.only, not sample)

        threads = [threading.Thread(target=run, args=item) for item in wanted.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    for version in wanted:
        outcome = ", ".join(f"{number} {what}" for what, number in counts.get(version, {}).items())
        print(f"command lines over {len(set(map(service_of, lines)))} services beside AWS CLI {version}: {outcome}")
    return 1 if len(counts) < len(wanted) or any(count["failed"] for count in counts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
