"""What the tests of credentials share: see fake_sources.py for the stand-ins."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import textwrap
import unittest
from pathlib import Path

from fake_sources import Fake
from scratch import scratch_folder


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


class SourcesTest(unittest.TestCase):
    """What all have: a home folder of their own and the stand-ins."""

    virga = ""  # the program that is tested

    def setUp(self) -> None:
        self.home = scratch_folder(self.addCleanup)
        self.fake = Fake()
        self.addCleanup(self.fake.close)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_STS": self.fake.url,
            "AWS_ENDPOINT_URL_SSO": self.fake.url,
            "AWS_ENDPOINT_URL_SSO_OIDC": self.fake.url,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_PAGER": "",
            "BOTO_CONFIG": str(self.home / "no-boto"),
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS", "PYENV_VERSION", "PYENV_ROOT"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def write(self, name: str, text: str) -> Path:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return path

    def config(self, text: str) -> None:
        self.write(".aws/config", text)

    def keys(self, text: str = "[base]\naws_access_key_id = BASEKEY\naws_secret_access_key = base-secret\n") -> None:
        self.write(".aws/credentials", text)

    def run_program(self, program: str, *words: str, **env: str) -> subprocess.CompletedProcess:
        environment = {name: value for name, value in (self.env | env).items() if value != "-"}
        return subprocess.run(
            [program, *words], env=environment, cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=120, check=False,
        )

    def run_virga(self, *words: str, **env: str) -> subprocess.CompletedProcess:
        return self.run_program(self.virga, *words, **env)

    def signer(self, *words: str, **env: str) -> str:
        """The access key that signed a call, and the end of the session token."""
        result = self.run_virga("sts", "get-caller-identity", *words, **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["UserId"]

    def assert_fails(self, status: int, text: str, *words: str, **env: str) -> None:
        result = self.run_virga("sts", "get-caller-identity", *words, **env)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertEqual(result.stdout, "")

    def cached(self) -> list[Path]:
        return sorted((self.home / ".aws/cli/cache").glob("*.json"))

    def assert_private(self, path: Path) -> None:
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)


def main() -> None:
    """Runs the tests of the program that was started; its first argument is the virga to test."""
    SourcesTest.virga = os.path.abspath(sys.argv.pop(1))
    unittest.main(module="__main__")
