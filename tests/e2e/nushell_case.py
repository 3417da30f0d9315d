"""What the tests in real Nushell share: the shells, a stand-in for AWS, and a home folder for each test."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path

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

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run_nu(self, code: str, timeout: float = 60, **env: str) -> subprocess.CompletedProcess:
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

    def fake(self, answer: Callable[[str, str, bytes], tuple[int, dict[str, str], bytes]]) -> FakeAws:
        server = FakeAws(answer)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.env["AWS_ENDPOINT_URL"] = server.url
        return server


def tests_for_shells(loader: unittest.TestLoader, *cases: type[PluginCase]) -> unittest.TestSuite:
    """Each case once for each shell."""
    suite = unittest.TestSuite()
    for version, path in SHELLS.items():
        for case in cases:
            name = f"{case.__name__}_{version.replace('.', '_')}"
            suite.addTests(loader.loadTestsFromTestCase(type(name, (case,), {"shell": version, "nu": path})))
    return suite


def main(usage: str) -> None:
    """NU_PLUGIN_VIRGA STATE_FOLDER [unittest options]; status 77 without shells."""
    if len(sys.argv) < 3:
        sys.exit(usage)
    PluginCase.plugin = str(Path(sys.argv[1]).resolve())
    SHELLS.update(find_shells(Path(sys.argv[2]).resolve()))
    if not SHELLS:
        print("skipped: no Nushell, and no npm to install it with")
        sys.exit(77)
    print("shells:", ", ".join(SHELLS))
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
