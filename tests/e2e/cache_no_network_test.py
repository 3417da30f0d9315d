#!/usr/bin/env python3
"""An answer that is kept comes without the network: no system call of it, no code of its library, nobody needed.

Exits with 77 (skipped) where strace is missing or may not trace; what needs gdb besides is skipped by itself.

Usage: cache_no_network_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from cache_case import READ, CacheCase

SKIPPED = 77
NETWORK = ("socket", "socketpair", "connect", "bind", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg", "getsockopt",
           "setsockopt", "eventfd2", "epoll_create1", "clone", "clone3")
# What a look-up of a name or the first use of TLS opens.
NETWORK_FILES = re.compile(r"resolv\.conf|nsswitch|/etc/hosts|gai\.conf|openssl\.cnf|/certs/|ca-certificates|libnss")
ENTRANCES = ("curl_global_init", "curl_easy_init", "curl_multi_init", "SSL_CTX_new", "OPENSSL_init_ssl", "getaddrinfo")


class NoNetwork(CacheCase):
    def trace(self, *words: str) -> str:
        log = self.home / "trace"
        result = subprocess.run(
            ["strace", "-f", "-o", str(log), self.virga, *words], env=self.environment({}), cwd=self.home,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        return log.read_text()

    def calls_of(self, trace: str) -> set[str]:
        return set(re.findall(r"^\d+ +(\w+)\(", trace, re.MULTILINE))

    def test_no_system_call_of_the_network(self) -> None:
        asked = self.trace(*READ)
        self.assertIn("connect", self.calls_of(asked), "the trace would not show it")
        kept = self.trace(*READ)
        self.assertEqual(self.calls(), 1)
        self.assertEqual(self.calls_of(kept) & set(NETWORK), set())
        self.assertIsNone(NETWORK_FILES.search(kept), kept)

    def test_nothing_is_synced_and_no_folder_listed(self) -> None:
        self.ok(*READ)
        kept = self.calls_of(self.trace(*READ))
        self.assertEqual(kept & {"fsync", "fdatasync", "sync", "getdents64", "rename", "mkdir", "unlink"}, set())

    def test_no_library_is_loaded_but_that_of_c(self) -> None:
        def loaded() -> set[str]:
            return set(re.findall(r'"[^"]*/(lib\w+)\.so[^"]*", O_RDONLY\|O_CLOEXEC\) = \d', self.trace(*READ)))

        asked = loaded()
        if "libcurl" in asked:
            self.skipTest("built with shared libraries")
        self.assertIn("libm", asked, "a call that asks computes; the trace would not show it")
        self.assertEqual(loaded(), {"libc"})

    @unittest.skipUnless(shutil.which("gdb"), "gdb is not installed")
    def test_no_code_of_the_network_library(self) -> None:
        symbols = subprocess.run(["nm", self.virga], capture_output=True, text=True, check=False).stdout
        known = [name for name in ENTRANCES if re.search(rf" [TtWi] {name}$", symbols, re.MULTILINE)]
        if "curl_easy_init" not in known:
            self.skipTest("the program was stripped")

        def entered() -> set[str]:
            commands = [word for name in known for word in ("-ex", f"break {name}")]
            result = subprocess.run(
                ["gdb", "-q", "-nx", "-batch", "-ex", "set breakpoint pending off", *commands, "-ex", "run",
                 "-ex", "backtrace 1", "--args", self.virga, *READ],
                env=self.environment({}), cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
                check=False,
            )
            stopped = re.findall(r"^#0 .* in (\w+) \(", result.stdout, re.MULTILINE)
            if not stopped and "exited normally" not in result.stdout:
                self.skipTest(f"gdb cannot run it: {result.stdout}{result.stderr}")
            return set(stopped)

        self.assertNotEqual(entered(), set(), "a call that asks must come by")
        self.ok(*READ)
        self.assertEqual(entered(), set())


def main() -> int:
    if shutil.which("strace") is None or subprocess.run(["strace", "-o", os.devnull, "true"], capture_output=True).returncode:
        print("skipped: strace is missing, or may not trace", file=sys.stderr)
        return SKIPPED
    CacheCase.virga = str(Path(sys.argv.pop(1)).resolve())
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
