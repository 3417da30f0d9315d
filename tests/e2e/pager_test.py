#!/usr/bin/env python3
"""The pager of results, at a terminal of its own.

Usage: pager_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import unittest
from pathlib import Path

from scratch import scratch_folder

VIRGA = ""
COMMAND = "sts get-caller-identity --query Account --output text"


class PagerTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.bin = self.folder / "bin"
        self.bin.mkdir()
        for name in ("sh", "cat", "sed", "head"):
            (self.bin / name).symlink_to(f"/bin/{name}")

    def write_program(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def at_terminal(self, command: str, **variables: str) -> tuple[int, str]:
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        env = kept | {"HOME": str(self.folder), "PATH": str(self.bin), "AWS_DEFAULT_REGION": "us-east-1", "TERM": "dumb",
                      "VIRGA_CACHE": "off", "VIRGA_MOCK": "1"} | variables
        control, terminal = pty.openpty()
        process = subprocess.Popen([VIRGA, *command.split()], env=env, stdin=terminal, stdout=terminal, stderr=terminal)
        os.close(terminal)
        out = b""
        while True:
            try:
                part = os.read(control, 4096)
            except OSError:  # the last one has closed the terminal
                break
            if not part:
                break
            out += part
        os.close(control)
        return process.wait(timeout=60), out.decode().replace("\r\n", "\n")

    def shown(self, command: str = COMMAND, **variables: str) -> str:
        status, out = self.at_terminal(command, **variables)
        self.assertEqual(status, 0, out)
        return out

    def test_variables_choose_the_program(self) -> None:
        plain = self.shown(AWS_PAGER="")
        self.assertEqual(plain, "123456789012\n")
        self.assertEqual(self.shown(AWS_PAGER="sed s/^/paged:/"), "paged:123456789012\n")
        self.assertEqual(self.shown(PAGER="sed 's/^/two words:/'"), "two words:123456789012\n")
        self.assertEqual(self.shown(AWS_PAGER="", PAGER="sed s/^/paged:/"), plain)
        self.assertEqual(self.shown(COMMAND + " --no-cli-pager", AWS_PAGER="sed s/^/paged:/"), plain)
        self.assertEqual(self.shown(AWS_PAGER="sed s/^/paged:/", VIRGA_COMPAT="v1"), plain)

    def test_the_configuration_chooses_the_program(self) -> None:
        config = self.folder / "config"
        config.write_text("[default]\ncli_pager = sed s/^/paged:/\n[profile plain]\ncli_pager =\n")
        at = {"AWS_CONFIG_FILE": str(config), "PAGER": "cat"}
        self.assertEqual(self.shown(**at), "paged:123456789012\n")
        self.assertEqual(self.shown(COMMAND + " --profile plain", **at), "123456789012\n")

    def test_less_is_told_to_end_where_all_fits(self) -> None:
        self.write_program("less", 'echo "$LESS"; cat')
        self.assertEqual(self.shown(), "FRX\n123456789012\n")
        self.assertEqual(self.shown(LESS="S"), "S\n123456789012\n")

    def test_without_less_results_are_printed(self) -> None:
        self.assertEqual(self.shown(), "123456789012\n")

    def test_a_chosen_program_must_be_there(self) -> None:
        status, out = self.at_terminal(COMMAND, AWS_PAGER="nosuchpager")
        self.assertEqual(status, 253)
        self.assertIn("Unable to redirect output to pager.", out)
        self.assertNotIn("123456789012\n", out)
        status, out = self.at_terminal(COMMAND, AWS_PAGER="cat; cat")  # no shell
        self.assertEqual(status, 253, out)

    def test_who_leaves_the_pager_ends_the_listing(self) -> None:
        out = self.shown("ec2 describe-instances", AWS_PAGER="head -1")
        self.assertEqual(out, "{\n")

    def test_a_pipe_has_no_pager(self) -> None:
        env = {"HOME": str(self.folder), "PATH": str(self.bin), "AWS_PAGER": "sed s/^/paged:/",
               "AWS_DEFAULT_REGION": "us-east-1", "VIRGA_MOCK": "1"}
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        run = subprocess.run([VIRGA, *COMMAND.split()], env=env | kept, capture_output=True, text=True, timeout=60,
                             check=False)
        self.assertEqual(run.stdout, "123456789012\n")

    def test_errors_come_without_a_pager(self) -> None:
        status, out = self.at_terminal("sts get-caller-identity --nope", AWS_PAGER="sed s/^/paged:/")
        self.assertEqual(status, 252)
        self.assertNotIn("paged:", out)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
