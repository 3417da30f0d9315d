#!/usr/bin/env python3
"""What surrounds the call on a command line: aliases, and commands that are handed over to an installed AWS CLI.

Usage: command_line_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import unittest
from pathlib import Path

from scratch import scratch_folder

VIRGA = ""

ALIASES = """
[toplevel]
whoami = sts get-caller-identity --query Account --output text
s3 = s3 --color off
shout =
    !f() {
        x=1
        echo "$# $1"
    }; f
three = !exit 3
killed = !kill -TERM $$
loop = pool
pool = loop
broken = sts "get
debugging = --debug sts get-caller-identity

[command sts]
me = get-caller-identity --query Arn
say = !echo
[command ec2 wait]
up = instance-running --timeout 0
"""


class CommandLineTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        (self.folder / ".aws/cli").mkdir(parents=True)
        self.bin = self.folder / "bin"
        self.bin.mkdir()

    def run_virga(self, *words: str, program: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        env = kept | {"HOME": str(self.folder), "PATH": f"{self.bin}:/usr/bin:/bin", "AWS_DEFAULT_REGION": "us-east-1"}
        return subprocess.run(
            [program or VIRGA, *words], env=env | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=60, check=False,
        )

    def write_aliases(self, text: str = ALIASES) -> None:
        (self.folder / ".aws/cli/alias").write_text(text)

    def write_aws(self, script: str) -> None:
        path = self.bin / "aws"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def check(self, process: subprocess.CompletedProcess[str], status: int, stdout: str, stderr: str = "") -> None:
        self.assertEqual((process.returncode, process.stdout), (status, stdout), process.stderr)
        self.assertIn(stderr, process.stderr)


class AliasTest(CommandLineTest):
    def setUp(self) -> None:
        super().setUp()
        self.write_aliases()

    def test_commands_and_operations(self) -> None:
        self.check(self.run_virga("--mock", "whoami"), 0, "123456789012\n")
        self.check(self.run_virga("--mock", "sts", "me", "--output", "text"), 0, "arn:aws:sts:us-east-1:123456789012:example\n")

    def test_options_of_the_alias_win(self) -> None:
        self.check(self.run_virga("--mock", "whoami", "--output", "json"), 0, "123456789012\n")

    def test_shell_lines_get_the_other_words(self) -> None:
        self.check(self.run_virga("shout", "a b", "--region", "x", "c"), 0, "2 a b\n")
        self.check(self.run_virga("sts", "say", "it's", "$HOME"), 0, "it's $HOME\n")

    def test_shell_lines_decide_the_status(self) -> None:
        self.check(self.run_virga("three"), 3, "")
        self.assertEqual(self.run_virga("killed").returncode, -signal.SIGTERM)

    def test_waiters(self) -> None:
        process = self.run_virga("--mock", "ec2", "wait", "up")
        self.assertNotIn("Invalid choice", process.stderr)

    def test_mistakes(self) -> None:
        self.check(self.run_virga("loop"), 255, "", "stand for each other")
        self.check(self.run_virga("broken"), 255, "", 'Value of alias "broken" could not be parsed')
        self.check(self.run_virga("debugging"), 255, "", 'Global parameter "--debug" detected in alias "debugging"')
        self.write_aliases("no section\n")
        self.check(self.run_virga("--mock", "sts", "get-caller-identity"), 255, "", "Unable to parse config file")


class ModelsTest(CommandLineTest):
    def test_the_package_around_the_data_folder_will_do(self) -> None:
        service = self.folder / "botocore/data/tiny/2020-01-01"
        service.mkdir(parents=True)
        model = {
            "metadata": {"protocol": "json", "jsonVersion": "1.1", "endpointPrefix": "tiny", "serviceId": "Tiny"},
            "operations": {"Ping": {"name": "Ping", "http": {"method": "POST", "requestUri": "/"}}},
            "shapes": {},
        }
        (service / "service-2.json").write_text(json.dumps(model))
        (self.folder / "botocore/data/endpoints.json").write_text("{}")
        pack = str(self.folder / "pack")
        for source in ("botocore", "botocore/data"):
            with self.subTest(source):
                made = self.run_virga("models", "build", "--from", str(self.folder / source), "--out", pack)
                self.assertEqual(made.returncode, 0, made.stderr)
                self.assertIn("operations  1\n", self.run_virga("models", "info", "--file", pack).stdout)


class HandOverTest(CommandLineTest):
    def test_the_aws_cli_gets_the_command_line(self) -> None:
        self.write_aws('echo "$@"; exit 7')
        self.check(self.run_virga("--compat", "v2", "emr", "ssh", "--cluster-id", "j 1", "--region", "x"),
                   7, "emr ssh --cluster-id j 1 --region x\n")

    def test_virga_is_no_aws_cli(self) -> None:
        (self.bin / "aws").symlink_to(Path(VIRGA).resolve())
        process = self.run_virga("emr", "ssh", PATH=str(self.bin))
        self.check(process, 252, "", "PATH has no AWS CLI")

    def test_a_script_that_calls_virga_ends(self) -> None:
        self.write_aws(f'exec {VIRGA} "$@"')
        self.check(self.run_virga("emr", "ssh"), 252, "", "leads back to virga")

    def test_a_mock_is_not_handed_over(self) -> None:
        self.write_aws("echo sent")
        self.check(self.run_virga("--mock", "emr", "ssh"), 252, "", "no mock")

    def test_auto_prompt_is_handed_over(self) -> None:
        self.write_aws('echo "$@"')
        self.check(self.run_virga("sts", "get-caller-identity", "--cli-auto-prompt"),
                   0, "sts get-caller-identity --cli-auto-prompt\n")


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
