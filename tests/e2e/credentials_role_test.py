#!/usr/bin/env python3
"""Roles, the cache that is shared with the AWS CLI, renewing and locking, against a local stand-in of STS.

Usage: credentials_role_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from fake_sources import Fake, stamp
from sources_case import SourcesTest, sha1, main


class RoleTest(SourcesTest):
    ROLE = "arn:aws:iam::123456789012:role/reader"

    def setUp(self) -> None:
        super().setUp()
        self.keys()
        self.config(f"""
            [profile reader]
            role_arn = {self.ROLE}
            source_profile = base
            """)

    def test_a_role_is_assumed_once_and_kept_as_the_aws_cli_keeps_it(self) -> None:
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")
        self.assertEqual(self.fake.count("AssumeRole"), 1)
        params, headers = self.fake.last("AssumeRole")
        self.assertEqual(params["RoleArn"], self.ROLE)
        self.assertRegex(params["RoleSessionName"], r"^botocore-session-\d+$")
        self.assertIn("Credential=BASEKEY/", headers["Authorization"])
        (path,) = self.cached()
        self.assertEqual(path.name, sha1(json.dumps({"RoleArn": self.ROLE}, sort_keys=True)) + ".json")
        self.assert_private(path)
        kept = json.loads(path.read_text())
        self.assertEqual(kept["Credentials"]["SessionToken"], "token-FAKEKEY0001")
        self.assertEqual(kept["Credentials"]["AccountId"], "123456789012")
        self.assertRegex(kept["Credentials"]["Expiration"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dUTC$")

    def test_everything_that_a_profile_says_is_sent(self) -> None:
        self.config(f"""
            [profile full]
            role_arn = {self.ROLE}
            source_profile = base
            external_id = Ünique/1
            role_session_name = me@host
            duration_seconds = 1800
            """)
        self.signer("--profile", "full")
        params, _ = self.fake.last("AssumeRole")
        self.assertEqual(params["ExternalId"], "Ünique/1")
        self.assertEqual(params["RoleSessionName"], "me@host")
        self.assertEqual(params["DurationSeconds"], "1800")
        arguments = {
            "ExternalId": "Ünique/1", "RoleSessionName": "me@host", "DurationSeconds": 1800, "RoleArn": self.ROLE,
        }
        (path,) = self.cached()
        self.assertEqual(path.stem, sha1(json.dumps(arguments, sort_keys=True)))

    def test_credentials_are_renewed_ahead_of_their_end(self) -> None:
        self.fake.lifetime = 3600
        self.signer("--profile", "reader")
        (path,) = self.cached()
        kept = json.loads(path.read_text())
        kept["Credentials"]["Expiration"] = stamp(14 * 60)
        path.write_text(json.dumps(kept))
        os.utime(path, (time.time() - 2760, time.time() - 2760))
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0002")

    def test_what_is_good_for_ten_minutes_more_serves_where_renewing_fails(self) -> None:
        self.signer("--profile", "reader")
        (path,) = self.cached()
        for left, works in ((12 * 60, True), (9 * 60, False)):
            kept = json.loads(path.read_text())
            kept["Credentials"]["Expiration"] = stamp(left)
            path.write_text(json.dumps(kept))
            os.utime(path, (time.time() - 3600, time.time() - 3600))
            self.fake.sts_error = (403, "AccessDenied", "not now")
            if works:
                self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")
            else:
                self.assert_fails(254, "An error occurred (AccessDenied) when calling the AssumeRole operation (reached max retries: 0): not now",
                                  "--profile", "reader")

    def test_sessions_of_a_quarter_of_an_hour_are_used_up_to_their_half(self) -> None:
        self.fake.lifetime = 900
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")

    def test_a_spoilt_cache_file_heals(self) -> None:
        self.signer("--profile", "reader")
        (path,) = self.cached()
        whole = path.read_text()
        spoilt = ["", "{", "[]", "null", '{"Credentials": 1}', '{"Credentials": {}}', whole[: len(whole) // 2],
                  whole.replace("UTC", "soon"), whole.replace("FAKEKEY0001", ""), "\0" * 100, "\udcff"]
        for number, text in enumerate(spoilt):
            with self.subTest(text=text[:40]):
                path.write_bytes(text.encode("utf-8", "surrogateescape"))
                self.assertEqual(self.signer("--profile", "reader"), f"FAKEKEY{number + 2:04d}")
                self.assertEqual(json.loads(path.read_text())["Credentials"]["AccessKeyId"], f"FAKEKEY{number + 2:04d}")

    def test_a_cache_that_cannot_be_written_costs_only_the_call(self) -> None:
        (self.home / ".aws/cli").write_text("in the way")
        (self.home / ".cache").write_text("in the way")
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0001")
        self.assertEqual(self.signer("--profile", "reader"), "FAKEKEY0002")

    def test_twenty_processes_make_one_call(self) -> None:
        self.fake.delay = 0.5
        with ThreadPoolExecutor(20) as pool:
            keys = list(pool.map(lambda _: self.signer("--profile", "reader"), range(20)))
        self.assertEqual(set(keys), {"FAKEKEY0001"})
        self.assertEqual(self.fake.count("AssumeRole"), 1)

    def test_twenty_processes_make_one_call_for_sessions_that_are_short(self) -> None:
        self.fake.delay = 0.5
        self.fake.lifetime = 300
        with ThreadPoolExecutor(20) as pool:
            keys = list(pool.map(lambda _: self.signer("--profile", "reader"), range(20)))
        self.assertEqual(set(keys), {"FAKEKEY0001"})

    def test_a_holder_that_dies_is_replaced(self) -> None:
        self.fake.delay = 30
        first = subprocess.Popen(
            [self.virga, "sts", "get-caller-identity", "--profile", "reader"], env=self.env, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        while not self.fake.count("AssumeRole"):
            time.sleep(0.01)
        first.kill()
        first.wait()
        self.fake.delay = 0
        began = time.monotonic()
        self.signer("--profile", "reader")
        self.assertLess(time.monotonic() - began, 15)

    def test_chains_are_followed(self) -> None:
        self.config(f"""
            [profile a]
            role_arn = {self.ROLE}-a
            source_profile = b
            [profile b]
            role_arn = {self.ROLE}-b
            source_profile = c
            external_id = bb
            [profile c]
            role_arn = {self.ROLE}-c
            credential_source = Environment
            """)
        self.assertEqual(self.signer("--profile", "a", AWS_ACCESS_KEY_ID="ENVKEY", AWS_SECRET_ACCESS_KEY="s"), "FAKEKEY0003")
        calls = [(params["RoleArn"], headers["Authorization"].partition("Credential=")[2].partition("/")[0])
                 for what, params, headers in self.fake.requests if what == "AssumeRole"]
        self.assertEqual(calls, [
            (self.ROLE + "-c", "ENVKEY"), (self.ROLE + "-b", "FAKEKEY0001"), (self.ROLE + "-a", "FAKEKEY0002"),
        ])
        self.assertEqual(len(self.cached()), 3)

    def test_a_profile_may_name_itself_where_it_has_keys(self) -> None:
        self.config(f"""
            [profile self]
            role_arn = {self.ROLE}
            source_profile = self
            aws_access_key_id = SELFKEY
            aws_secret_access_key = s
            """)
        self.signer("--profile", "self")
        self.assertIn("Credential=SELFKEY/", self.fake.last("AssumeRole")[1]["Authorization"])

    def test_a_process_may_be_the_source_of_a_role(self) -> None:
        script = self.write("source.sh", """\
            #!/bin/sh
            echo '{"Version": 1, "AccessKeyId": "PROCKEY", "SecretAccessKey": "s"}'
            """)
        script.chmod(0o755)
        self.config(f"""
            [profile p]
            credential_process = {script}
            [profile r]
            role_arn = {self.ROLE}
            source_profile = p
            """)
        self.signer("--profile", "r")
        self.assertIn("Credential=PROCKEY/", self.fake.last("AssumeRole")[1]["Authorization"])

    def test_an_mfa_code_is_asked_for_at_the_terminal(self) -> None:
        serial = "arn:aws:iam::123456789012:mfa/me"
        self.config(f"""
            [profile mfa]
            role_arn = {self.ROLE}
            source_profile = base
            mfa_serial = {serial}
            """)
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(self.virga, [self.virga, "sts", "get-caller-identity", "--profile", "mfa"], self.env)
        shown = b""
        while b"mfa/me: " not in shown:
            shown += os.read(terminal, 1024)
        os.write(terminal, b"123456\n")
        try:
            while piece := os.read(terminal, 1024):
                shown += piece
        except OSError:
            pass
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, shown)
        self.assertIn(f"Enter MFA code for {serial}: ".encode(), shown)
        self.assertNotIn(b"123456\r\n", shown)
        self.assertIn(b"FAKEKEY0001", shown)
        params, _ = self.fake.last("AssumeRole")
        self.assertEqual((params["SerialNumber"], params["TokenCode"]), (serial, "123456"))
        # Nobody is asked again while the session lasts.
        self.assertEqual(self.signer("--profile", "mfa"), "FAKEKEY0001")

    def test_without_a_terminal_the_code_comes_from_standard_input(self) -> None:
        self.config(f"""
            [profile mfa]
            role_arn = {self.ROLE}
            source_profile = base
            mfa_serial = the-device
            """)
        result = subprocess.run(
            ["setsid", "-w", self.virga, "sts", "get-caller-identity", "--profile", "mfa"], env=self.env, input="654321\n",
            capture_output=True, text=True, timeout=60, check=False,
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("Enter MFA code for the-device: ", result.stderr)
        self.assertEqual(self.fake.last("AssumeRole")[0]["TokenCode"], "654321")

    def test_a_clock_that_is_wrong_is_seen_through(self) -> None:
        # The credentials end an hour after the server's now, which is hours before ours or after it.
        for ahead in (-3 * 3600, 3 * 3600):
            with self.subTest(ahead=ahead):
                shutil.rmtree(self.home / ".aws/cli", ignore_errors=True)
                self.fake.clock_ahead = ahead
                self.assertTrue(self.signer("--profile", "reader", AWS_MAX_ATTEMPTS="3").startswith("FAKEKEY"))

    def test_the_option_for_the_endpoint_is_the_commands_own(self) -> None:
        self.signer("--profile", "reader", "--endpoint-url", self.fake.url)
        self.assertEqual(self.fake.count("AssumeRole"), 1)
        other = Fake()
        self.addCleanup(other.close)
        shutil.rmtree(self.home / ".aws/cli")
        self.run_virga("sts", "get-caller-identity", "--profile", "reader", "--endpoint-url", other.url)
        self.assertEqual(self.fake.count("AssumeRole"), 2)
        self.assertEqual(other.count("AssumeRole"), 0)
        self.assertEqual(other.count("GetCallerIdentity"), 1)

    def test_hostile_answers_end_in_a_clear_error(self) -> None:
        for answer in (b"", b"<", b"<AssumeRoleResponse/>", b"{}", b"\xff\xfe", b"<AssumeRoleResponse><AssumeRoleResult>"
                       b"<Credentials><AccessKeyId>x</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>"):
            with self.subTest(answer=answer):
                self.fake.sts = lambda form, headers, answer=answer: (200, "text/xml", answer)
                result = self.run_virga("sts", "get-caller-identity", "--profile", "reader")
                self.assertEqual(result.returncode, 255, result.stderr)
                self.assertNotEqual(result.stderr.strip(), "")
                self.assertEqual(self.cached(), [])


if __name__ == "__main__":
    main()
