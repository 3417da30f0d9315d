#!/usr/bin/env python3
"""Help of the real binary: which page comes, how wide it is, how long it takes.

Usage: help_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

VIRGA = ""


class HelpTest(unittest.TestCase):
    def run_virga(self, *words: str, program: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        return subprocess.run(
            [program or VIRGA, *words], env=kept | {"HOME": "/nonexistent", "PATH": "/nonexistent"} | variables,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
        )

    def page(self, *words: str, **variables: str) -> str:
        done = self.run_virga(*words, **variables)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def test_the_program(self) -> None:
        text = self.page("help")
        for word in ("NAME\n       virga\n", "\n       ec2  ", "\n       s3api  ", "\n       models  ", "--region (string)"):
            self.assertIn(word, text)

    def test_a_service(self) -> None:
        text = self.page("ec2", "help")
        self.assertIn("\n       run-instances  ", text)
        self.assertIn("\n       wait", text)

    def test_an_operation(self) -> None:
        text = self.page("sts", "assume-role", "help")
        for word in ("virga sts assume-role\n", "--role-arn <value>\n", "--role-arn (string) [required]", "\nOUTPUT\n",
                     "Credentials -> (structure)", "Shorthand Syntax:", "JSON Syntax:", "\nLINKS\n"):
            self.assertIn(word, text)

    def test_help_behind_other_options(self) -> None:
        self.assertIn("virga sts assume-role\n", self.page("sts", "assume-role", "--role-arn", "x", "--help"))
        self.assertIn("virga sts\n", self.page("--region", "eu-west-1", "sts", "help"))

    def test_waiters(self) -> None:
        self.assertIn("\n       instance-running\n", self.page("ec2", "wait", "help"))
        self.assertIn("virga ec2 wait instance-running\n", self.page("ec2", "wait", "instance-running", "help"))

    def test_every_command_of_our_own(self) -> None:
        for words in (("models",), ("cache",), ("explain",), ("s3", "ls"), ("ecr", "get-login-password"),
                      ("ecr-public", "get-login-password"), ("s3",)):
            text = self.page(*words, "help")
            self.assertIn(f"NAME\n       virga {' '.join(words)}\n\nDESCRIPTION\n", text)
            self.assertIn(f"SYNOPSIS\n           virga {' '.join(words)}", text)
            self.assertEqual(self.page(*words, "--help"), text)
            self.assertRegex(self.page(*words[:-1], "help"), rf"\b{words[-1]}\b")
        for verb in ("list", "show", "stats", "invalidate", "clear", "policy", "path", "verify", "warm"):
            self.assertEqual(self.page("cache", verb, "help"), self.page("cache", "help"))
        self.assertEqual(self.page("cache", "invalidate", "ec2:*", "--help"), self.page("cache", "help"))
        self.assertEqual(self.page("explain", "ec2", "describe-instances", "help"), self.page("explain", "help"))

    def test_a_command_of_our_own(self) -> None:
        self.assertIn("virga models build [--from DIR]", self.page("models", "help"))
        self.assertEqual(self.page("models", "build", "help"), self.page("models", "help"))

    def test_dashed_help_is_help(self) -> None:
        self.assertEqual(self.page("--help"), self.page("help"))
        self.assertEqual(self.page("-h"), self.page("help"))
        self.assertEqual(self.page("sqs", "list-queues", "--help"), self.page("sqs", "list-queues", "help"))

    def test_dashed_help_is_unknown_to_the_aws_cli(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            os.symlink(os.path.abspath(VIRGA), f"{folder}/aws")
            done = self.run_virga("sqs", "list-queues", "--help", program=f"{folder}/aws")
        self.assertEqual(done.returncode, 252)
        self.assertIn("Unknown options: --help", done.stderr)

    def test_no_words_are_a_wrong_usage(self) -> None:
        done = self.run_virga()
        self.assertEqual((done.returncode, done.stdout), (252, ""))
        self.assertIn("the following arguments are required: command", done.stderr)

    def test_no_such_command(self) -> None:
        self.assertEqual(self.run_virga("nope", "help").returncode, 252)
        self.assertEqual(self.run_virga("sts", "nope", "help").returncode, 252)
        self.assertEqual(self.run_virga("ec2", "wait", "nope", "help").returncode, 252)

    def test_width_of_lines(self) -> None:
        for width in (60, 80, 120):
            text = self.page("sts", "get-caller-identity", "help", MANWIDTH=str(width))
            prose = text[:text.index("\nLINKS\n")].splitlines()
            self.assertLessEqual(max(map(len, prose)), width)
            self.assertGreater(max(map(len, prose)), width - 15)

    def test_bold_on_a_terminal_only(self) -> None:
        self.assertNotIn("\x1b", self.page("sts", "get-caller-identity", "help"))
        shown = self.on_terminal("sts", "get-caller-identity", "help", columns=100)
        self.assertIn("\x1b[1mDESCRIPTION\x1b[0m", shown)

    def test_the_pager(self) -> None:
        """MANPAGER, else PAGER, else less, as in the AWS CLI; only at a terminal."""
        cat = "/bin/sh -c 'echo \"$0\"; exec /bin/cat' "
        words = ("models", "help")
        self.assertTrue(self.on_terminal(*words, MANPAGER=cat + "man", PAGER=cat + "other").startswith("man\r\n"))
        shown = self.on_terminal(*words, PAGER=cat + "other")
        self.assertTrue(shown.startswith("other\r\n"))
        self.assertIn("N\bNA\bAM\bME\bE", shown)
        self.assertNotIn("\x1b", shown)
        for variables in ({"MANPAGER": "", "PAGER": cat}, {"PAGER": "/nonexistent"}, {"PAGER": "'"}):
            self.assertTrue(self.on_terminal(*words, **variables).startswith("\x1b[1mNAME"), variables)
        self.assertTrue(self.on_terminal(*words, "--no-cli-pager", PAGER=cat).startswith("\x1b[1mNAME"))
        # A pager that leaves at once is no failure.
        self.assertEqual(self.on_terminal("ec2", "help", PAGER="/bin/true"), "")
        self.assertTrue(self.page(*words, PAGER=cat).startswith("NAME"))

    def on_terminal(self, *words: str, columns: int = 80, **variables: str) -> str:
        parent, child = pty.openpty()
        fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        process = subprocess.Popen([VIRGA, *words], stdout=child, stdin=subprocess.DEVNULL,
                                   env=kept | {"HOME": "/nonexistent", "PATH": "/nonexistent"} | variables)
        os.close(child)
        shown = b""
        while True:
            try:
                piece = os.read(parent, 65536)
            except OSError:  # the terminal's other end is closed
                break
            if not piece:
                break
            shown += piece
        os.close(parent)
        self.assertEqual(process.wait(timeout=60), 0)
        return shown.decode()


if __name__ == "__main__":
    VIRGA = sys.argv.pop(1)
    unittest.main()
