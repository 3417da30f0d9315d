#!/usr/bin/env python3
"""Generated modules: every service's parses in each Nushell, and its commands call what they say.

Usage: nushell_modules_test.py NU_PLUGIN_VIRGA STATE_FOLDER VIRGA [unittest options]

STATE_FOLDER keeps the downloaded shells. Without npm and without shells there, everything is skipped (status 77).
"""

from __future__ import annotations

import json
import subprocess
import sys
import unittest
from pathlib import Path

from nushell_case import PluginCase, main, tests_for_shells

VIRGA = ""


class ModulesTest(PluginCase):
    def generate(self, *words: str) -> Path:
        folder = self.folder / "modules"
        folder.mkdir(exist_ok=True)
        subprocess.run(
            [VIRGA, "generate", "nu", *words, "--out", str(folder)], env=self.env, check=True, stdin=subprocess.DEVNULL
        )
        return folder

    def test_every_module_parses(self) -> None:
        folder = self.generate()
        files = sorted(folder.glob("*.nu"))
        self.assertGreater(len(files), 300)
        code = f"ls {folder} | get name | where {{|f| not (nu-check --as-module $f)}} | to json --raw"
        self.assertEqual(json.loads(self.run_nu(code, timeout=500).stdout), [])

    def test_the_same_input_gives_the_same_bytes(self) -> None:
        first = {path.name: path.read_bytes() for path in self.generate("sqs", "s3api").glob("*.nu")}
        self.assertEqual(first, {path.name: path.read_bytes() for path in self.generate("sqs", "s3api").glob("*.nu")})
        self.assertEqual(sorted(first), ["s3api.nu", "sqs.nu"])

    def test_commands_have_types_and_call_the_plugin(self) -> None:
        bodies: list[bytes] = []

        def answer(_: str, __: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            bodies.append(body)
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"

        self.fake(answer)
        use = f"use {self.generate('dynamodb')}/dynamodb.nu *; "
        self.text(f"{use}aws dynamodb get-item --table-name t --key {{id: {{S: '1'}}}} --consistent-read | ignore")
        self.assertEqual(json.loads(bodies[-1]), {"TableName": "t", "Key": {"id": {"S": "1"}}, "ConsistentRead": True})
        self.assertIn("--table-name", self.text(f"{use}help aws dynamodb get-item"))
        self.assertNotEqual(self.run_nu(f"{use}aws dynamodb get-item --key text").returncode, 0)

    def test_mistakes_are_answered(self) -> None:
        for words in ((), ("fish",), ("nu", "nope"), ("nu", "sqs", "ec2"), ("nu", "--bogus")):
            result = subprocess.run([VIRGA, "generate", *words], env=self.env, capture_output=True, text=True, check=False)
            self.assertEqual((result.returncode, result.stdout), (252, ""), words)


def load_tests(loader: unittest.TestLoader, _: unittest.TestSuite, __: str) -> unittest.TestSuite:
    return tests_for_shells(loader, ModulesTest)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(3)).resolve())
    main(__doc__)
