"""What the tests in real Nushell share: the shells, a stand-in for AWS, and a home folder for each test."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import pty
import shutil
import signal
import socketserver
import subprocess
import sys
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path

from sanitized import is_sanitized
from scratch import scratch_folder

ROOT = Path(__file__).resolve().parents[2]
SHIM = ROOT / "share/nushell/virga.nu"
OLDEST = "0.108.0"
SHELLS: dict[str, str] = {}


def find_shells(folder: Path) -> dict[str, str]:
    """Version → path of nu, installed with npm where it is not there yet."""
    shells = {}
    for wanted in (OLDEST, "latest"):
        target = folder / wanted
        binary = target / "node_modules/@nushell/linux-x64/bin/nu"
        if not binary.exists() and shutil.which("npm"):
            subprocess.run(
                ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(target),
                 f"@nushell/linux-x64@{wanted}"],
                check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300,
            )
        if binary.exists():
            shells[wanted] = str(binary)
    return shells


class FakeAws(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """Answers by a function of (method, path, body); counts requests."""

    daemon_threads = True

    def __init__(self, answer: Callable[[str, str, bytes], tuple[int, dict[str, str], bytes]]) -> None:
        self.requests: list[str] = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.requests.append(f"{self.command} {self.path}")
                status, headers, data = answer(self.command, self.path, body)
                try:
                    self.send_response(status)
                    cut = headers.pop("x-cut", None)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(data) if cut is None else int(cut)))
                    self.end_headers()
                    self.wfile.write(data)
                    if cut is not None:
                        self.close_connection = True
                except (BrokenPipeError, ConnectionResetError):
                    pass

            do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = handle_any

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        pass


def listing(keys: int, page: int, delay: float = 0.0) -> Callable[[str, str, bytes], tuple[int, dict[str, str], bytes]]:
    """ListObjectsV2 of generated keys; the continuation token is the number of the next key."""

    def answer(_: str, path: str, __: bytes) -> tuple[int, dict[str, str], bytes]:
        time.sleep(delay)
        query = dict(part.partition("=")[::2] for part in path.partition("?")[2].split("&"))
        first = int(query.get("continuation-token") or 0)
        last = min(first + page, keys)
        rows = "".join(
            f"<Contents><Key>k{i:07}</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><Size>{i}</Size></Contents>"
            for i in range(first, last)
        )
        more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{last}</NextContinuationToken>" if last < keys else (
            "<IsTruncated>false</IsTruncated>")
        body = f'<?xml version="1.0"?><ListBucketResult><Name>b</Name>{more}{rows}</ListBucketResult>'
        return 200, {"Content-Type": "application/xml"}, body.encode()

    return answer


class PluginCase(unittest.TestCase):
    """Run for each shell by tests_for_shells()."""

    plugin = ""
    shell = ""
    nu = ""
    sanitized = False

    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if "VIRGA_MODELS" in os.environ:
            self.env["VIRGA_MODELS"] = os.environ["VIRGA_MODELS"]
        if self.sanitized:
            # nu does not tell how its plugin ended: what a sanitizer finds is read from files.
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
                self.env[name] = f"{os.environ.get(name, '')}:log_path={self.folder}/sanitizer:halt_on_error=1"
            self.addCleanup(self.read_findings)

    def read_findings(self) -> None:
        found = [path.read_text(errors="replace") for path in self.folder.glob("sanitizer.*")]
        self.assertEqual(found, [], "\n".join(found))

    def run_nu(self, code: str, timeout: float = 60, **env: str) -> subprocess.CompletedProcess:
        timeout *= 4 if self.sanitized else 1
        return subprocess.run(
            [self.nu, "-n", "--plugins", f"[{self.plugin}]", "-c", code], env=self.env | env, cwd=self.folder,
            capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, check=False,
        )

    def value(self, code: str, **env: str) -> object:
        result = self.run_nu(f"{code} | to json --raw", **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def text(self, code: str, **env: str) -> str:
        result = self.run_nu(code, **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout.strip()

    def error(self, code: str) -> dict:
        """What "catch" gets of the code's error: message, code, labels, help."""
        details = "if 'details' in ($e | columns) { $e.details } else { $e.json | from json }"
        found = self.value("do {|| try { %s; null } catch {|e| %s } }" % (code, details))
        assert isinstance(found, dict), code
        return found

    def label(self, code: str, before: str = "") -> str:
        """The text under the first label of the code's error; `before` is run in front of it."""
        result = self.run_nu(f"{before}{code}")
        self.assertNotEqual(result.returncode, 0)
        lines = result.stderr.splitlines()
        at = next((i for i, line in enumerate(lines) if " | " in line and code[:10] in line), None)
        self.assertIsNotNone(at, f"no label in the user's code: {result.stderr}")
        assert at is not None
        marks, source = lines[at + 1].split(":", 1)[1], lines[at].split("|", 1)[1]
        under = [i for i, mark in enumerate(marks) if mark in "^|"]
        return source[under[0]:under[-1] + 1]

    def fake(self, answer: Callable[[str, str, bytes], tuple[int, dict[str, str], bytes]]) -> FakeAws:
        server = FakeAws(answer)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.env["AWS_ENDPOINT_URL"] = server.url
        return server


class Terminal:
    """A shell that a person types into. Commands show that they are done by what they write into files."""

    def __init__(self, case: PluginCase) -> None:
        self.folder = case.folder
        self.printed = b""
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            os.chdir(case.folder)
            words = [case.nu, "-n", "--plugins", f"[{case.plugin}]", "--execute", "$env.config.show_banner = false"]
            os.execve(case.nu, words, case.env | {"TERM": "xterm"})
        case.addCleanup(self.close)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # a terminal whose programs have gone
            while data := os.read(self._terminal, 65536):
                self.printed += data
                for _ in range(data.count(b"\x1b[6n")):  # where is the cursor?
                    os.write(self._terminal, b"\x1b[1;1R")

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def enter(self, line: str) -> None:
        self.type(f"{line}\r")

    def wait(self, until: Callable[[], object], what: str, seconds: float = 30) -> float:
        """Seconds until something is so."""
        started = time.monotonic()
        while not until():
            if time.monotonic() - started > seconds:
                raise AssertionError(f"no {what}; the terminal shows: {self.printed[-2000:].decode(errors='replace')}")
            time.sleep(0.002)
        return time.monotonic() - started

    def value(self, code: str) -> str:
        """What some code gives, as text."""
        file = self.folder / f"value{len(list(self.folder.glob('value*')))}"
        self.enter(f"{code} | to text | save {file.name}.part; mv {file.name}.part {file.name}")
        self.wait(file.exists, f"result of {code}")
        return file.read_text().strip()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self._reader.join(timeout=10)
        os.close(self._terminal)


def tests_for_shells(loader: unittest.TestLoader, *cases: type[PluginCase]) -> unittest.TestSuite:
    """Each case once for each shell."""
    suite = unittest.TestSuite()
    # Under a sanitizer each start of the plugin takes its time: the newest shell is enough to walk through its code.
    shells = dict(list(SHELLS.items())[-1:]) if PluginCase.sanitized else SHELLS
    for version, path in shells.items():
        for case in cases:
            name = f"{case.__name__}_{version.replace('.', '_')}"
            suite.addTests(loader.loadTestsFromTestCase(type(name, (case,), {"shell": version, "nu": path})))
    return suite


def main(usage: str) -> None:
    """NU_PLUGIN_VIRGA STATE_FOLDER [unittest options]; status 77 without shells."""
    if len(sys.argv) < 3:
        sys.exit(usage)
    PluginCase.plugin = str(Path(sys.argv[1]).resolve())
    PluginCase.sanitized = is_sanitized(PluginCase.plugin)
    SHELLS.update(find_shells(Path(sys.argv[2]).resolve()))
    if not SHELLS:
        print("skipped: no Nushell, and no npm to install it with")
        sys.exit(77)
    print("shells:", ", ".join(SHELLS))
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
