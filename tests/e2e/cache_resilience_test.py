#!/usr/bin/env python3
"""What can go wrong around the cache: many who ask at once, processes that die, broken files and full disks.

Usage: cache_resilience_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import concurrent.futures
import json
import os
import signal
import stat
import subprocess
import sys
import time
import unittest

from cache_case import READ, CacheCase


class SingleFlightTest(CacheCase):
    def together(self, count: int, *words: str, **env: str) -> list[subprocess.CompletedProcess]:
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(lambda _: self.run_virga(*words, **env), range(count)))

    def test_64_processes_make_one_request(self) -> None:
        self.service.delay = 3.0
        results = self.together(64, *READ)
        self.assertEqual({result.returncode for result in results}, {0}, results[0].stderr)
        self.assertEqual(len({result.stdout for result in results}), 1)
        self.assertEqual(self.calls(), 1)

    def test_where_the_cache_is_off_too(self) -> None:
        self.service.delay = 2.0
        results = self.together(12, *READ, VIRGA_CACHE="off")
        self.assertEqual({result.returncode for result in results}, {0})
        # Who comes after the answer asks anew.
        self.assertLessEqual(self.calls(), 2)
        self.assertEqual(self.entries(), [])
        before = self.calls()
        self.ok(*READ, VIRGA_CACHE="off")
        self.assertEqual(self.calls(), before + 1)

    def test_the_waiting_ones_get_the_error(self) -> None:
        self.service.delay = 2.0
        self.service.fail_with = (403, b"<Response><Errors><Error><Code>Denied</Code><Message>no</Message></Error></Errors></Response>")
        results = self.together(8, *READ)
        self.assertEqual({result.returncode for result in results}, {254})
        self.assertEqual(len({result.stderr for result in results}), 1)
        self.assertLessEqual(self.calls(), 2)

    def in_flight(self, **env: str) -> subprocess.Popen:
        process = subprocess.Popen([self.virga, *READ], env=self.environment(env), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        while self.calls() < 1:
            time.sleep(0.01)
        return process

    def test_who_asks_anew_shares_no_request_that_has_begun(self) -> None:
        self.service.delay = 15.0  # of the first one alone
        self.in_flight()
        self.service.delay = 0.0
        for number, words in enumerate((("--refresh",), ("--no-cache",)), 2):
            self.assertIn(f"r-{number}", self.ok(*READ, *words))

    def test_failures_of_the_askers_own_are_not_shared(self) -> None:
        self.service.released.clear()
        text = b"<Response><Errors><Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error></Errors></Response>"
        self.service.fail_with = (403, text)
        self.in_flight(AWS_SECRET_ACCESS_KEY="wrong")
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            other = pool.submit(self.run_virga, *READ)
            time.sleep(3)  # it waits for the first one then, or will ask later: both are right
            self.service.fail_with = None
            self.service.released.set()
            self.assertEqual(other.result().returncode, 0)
        self.assertEqual(self.calls(), 2)

    def test_the_first_one_killed_in_flight(self) -> None:
        self.service.delay = 3.0
        first = subprocess.Popen([self.virga, *READ], env=self.environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while self.calls() < 1:
            time.sleep(0.01)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            others = pool.submit(self.together, 63, *READ)
            time.sleep(1.5)
            first.send_signal(signal.SIGKILL)
            first.wait()
            results = others.result()
        self.assertEqual({result.returncode for result in results}, {0})
        self.assertEqual(len({result.stdout for result in results}), 1)
        self.assertLessEqual(self.calls(), 2)

    def test_one_that_hangs_keeps_nobody_longer_than_the_bound(self) -> None:
        self.service.delay = 3.0
        first = subprocess.Popen([self.virga, *READ], env=self.environment({}), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        while self.calls() < 1:
            time.sleep(0.01)
        first.send_signal(signal.SIGSTOP)
        self.service.delay = 0.0
        begin = time.monotonic()
        self.ok(*READ)
        self.assertLess(time.monotonic() - begin, 30)


class ResilienceTest(CacheCase):
    def assert_works(self, **env: str) -> None:
        before = self.calls()
        result = self.run_virga(*READ, **env)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(self.calls(), before + 1)

    def test_no_home(self) -> None:
        self.assert_works(HOME="-")
        self.assert_works(HOME="/nonexistent/home")
        self.assert_works(HOME="")

    def test_a_file_where_the_folder_should_be(self) -> None:
        (self.home / ".cache").write_text("in the way")
        self.assert_works()

    def test_folders_that_may_not_be_written(self) -> None:
        self.ok(*READ)
        for path in [self.root, *self.root.rglob("*")]:
            path.chmod(0o500 if path.is_dir() else 0o400)
        try:
            self.ok(*READ)  # root reads and writes all the same
            self.ok(*READ, "--region", "eu-west-1")
        finally:
            for path in [self.root, *self.root.rglob("*")]:
                path.chmod(0o700 if path.is_dir() else 0o600)

    def test_garbage_in_every_file(self) -> None:
        self.ok(*READ)
        for size in (0, 1, 111, 112, 4096):
            for path in list(self.root.rglob("*")):
                if path.is_file():
                    path.write_bytes(os.urandom(size))
            self.assert_works()

    def test_every_truncation_and_bit_of_an_entry(self) -> None:
        first = self.ok(*READ)
        entry = self.entries()[0]
        good = entry.read_bytes()
        step = max(1, len(good) // 40)
        for cut in range(0, len(good), step):
            entry.write_bytes(good[:cut])
            self.assertEqual(json.loads(self.ok(*READ, "--query", "Reservations[0].OwnerId")), "111122223333")
            flipped = bytearray(good)
            flipped[cut] ^= 0x40
            entry.write_bytes(flipped)
            self.assertIn("111122223333", self.ok(*READ))
        entry.write_bytes(good)
        self.assertEqual(self.ok(*READ), first)

    def test_an_entry_of_another_version_counts_as_absent(self) -> None:
        self.ok(*READ)
        entry = self.entries()[0]
        data = bytearray(entry.read_bytes())
        data[4] += 1
        entry.write_bytes(data)
        self.assert_works()
        self.ok(*READ)
        self.assertEqual(self.calls(), 2)

    def test_a_link_in_the_place_of_an_entry_is_not_followed(self) -> None:
        self.ok(*READ)
        entry = self.entries()[0]
        victim = self.home / "victim"
        victim.write_text("precious")
        entry.unlink()
        entry.symlink_to(victim)
        self.ok(*READ)
        self.assertEqual(victim.read_text(), "precious")

    def test_the_clock_stood_wrong(self) -> None:
        self.ok(*READ)
        entry = self.entries()[0]
        ahead = time.time() + 86400
        os.utime(entry, (ahead, ahead))
        self.ok(*READ)
        self.ok("cache", "sweep")
        self.ok(*READ)

    def test_no_space(self) -> None:
        disk = self.home / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=False, capture_output=True).returncode != 0:
            self.skipTest("no file system can be mounted here")
        try:
            with open(disk / "filler", "wb", buffering=0) as filler:
                try:
                    while True:
                        filler.write(b"x" * 4096)
                except OSError:
                    pass
            self.assert_works(VIRGA_CACHE_DIR=str(disk / "virga"))
            self.assert_works(VIRGA_CACHE_DIR=str(disk / "virga"))
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def test_only_the_owner_can_read_it(self) -> None:
        os.umask(0)
        try:
            self.ok(*READ)
        finally:
            os.umask(0o022)
        for path in [self.root, *self.root.rglob("*")]:
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o700 if path.is_dir() else 0o600, path)

    def test_the_bound_of_the_disk_holds(self) -> None:
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("[cache]\nmax_bytes = 65536\n")
        for number in range(40):
            self.ok(*READ, "--max-results", str(number + 5))
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            kept = sum(-(-path.stat().st_size // 4096) * 4096 for path in self.entries())
            if kept <= 65536:
                break
            time.sleep(0.1)
        self.assertLessEqual(kept, 65536)
        self.assertGreater(kept, 0)
        self.ok(*READ, "--max-results", "44")
        self.assertEqual(self.calls(), 40)  # the most recent ones stay


if __name__ == "__main__":
    CacheCase.virga = os.path.abspath(sys.argv.pop(1))
    unittest.main()
