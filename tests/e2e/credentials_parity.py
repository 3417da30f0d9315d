#!/usr/bin/env python3
"""Credentials, their files and mistakes beside the real AWS CLI; exits with 77 (skipped) where none is installed.

Usage: credentials_parity.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import shutil
import sys
import unittest
from pathlib import Path

from fake_sources import stamp
from sources_case import SourcesTest, sha1, main

AWS_V1 = shutil.which("aws") or ""
AWS_V2 = "/usr/bin/aws" if Path("/usr/lib/python3/dist-packages/awscli/botocore").is_dir() else ""


class BesideTheAwsCliTest(SourcesTest):
    ROLE = "arn:aws:iam::123456789012:role/shared"

    def each(self) -> list[str]:
        return [program for program in (AWS_V1, AWS_V2) if program]

    def write_roles(self) -> None:
        self.keys()
        self.config(f"""
            [profile plain]
            role_arn = {self.ROLE}
            source_profile = base
            [profile full]
            role_arn = {self.ROLE}
            source_profile = base
            external_id = é"x
            role_session_name = me
            duration_seconds = 3600
            """)

    @unittest.skipUnless(AWS_V1, "needs AWS CLI v1")
    def test_files_that_the_aws_cli_wrote_are_used(self) -> None:
        self.write_roles()
        token = self.write("token", "web-token")
        web = {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": self.ROLE + "-web"}
        for words, env in ((("--profile", "plain"), {}), (("--profile", "full"), {}), ((), web)):
            with self.subTest(words=words):
                first = self.run_program(AWS_V1, "sts", "get-caller-identity", *words, **env)
                self.assertEqual(first.returncode, 0, first.stderr)
                calls = len(self.fake.requests)
                self.assertEqual(self.signer(*words, **env), json.loads(first.stdout)["UserId"])
                self.assertEqual(len(self.fake.requests), calls + 1)

    @unittest.skipUnless(AWS_V1, "needs AWS CLI v1")
    def test_files_that_virga_wrote_are_used_by_the_aws_cli(self) -> None:
        self.write_roles()
        for profile in ("plain", "full"):
            with self.subTest(profile=profile):
                key = self.signer("--profile", profile)
                calls = len(self.fake.requests)
                second = self.run_program(AWS_V1, "sts", "get-caller-identity", "--profile", profile)
                self.assertEqual(json.loads(second.stdout)["UserId"], key, second.stderr)
                self.assertEqual(len(self.fake.requests), calls + 1)

    @unittest.skipUnless(AWS_V2, "needs AWS CLI v2")
    def test_files_that_virga_wrote_are_used_by_version_2(self) -> None:
        self.write_roles()
        start = "https://portal.example/start"
        with (self.home / ".aws/config").open("a") as config:
            config.write(f"[sso-session corp]\nsso_start_url = {start}\nsso_region = us-east-1\n"
                         "[profile sso]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = R\n"
                         f"[profile old]\nsso_start_url = {start}\nsso_region = us-east-1\n"
                         "sso_account_id = 123456789012\nsso_role_name = R\n")
        for name in ("corp", start):
            self.write(f".aws/sso/cache/{sha1(name)}.json",
                       json.dumps({"accessToken": "t", "expiresAt": stamp(3600), "startUrl": start, "region": "us-east-1"}))
        for profile in ("plain", "full", "sso", "old"):
            with self.subTest(profile=profile):
                key = self.signer("--profile", profile)
                shown = self.run_program(AWS_V2, "configure", "export-credentials", "--profile", profile)
                self.assertEqual(shown.returncode, 0, shown.stderr)
                self.assertEqual(json.loads(shown.stdout)["AccessKeyId"], key)

    def test_mistakes_are_worded_as_the_aws_cli_words_them(self) -> None:
        self.keys("[base]\naws_access_key_id = B\naws_secret_access_key = s\n[half]\naws_access_key_id = H\n")
        self.config(f"""
            [profile both]
            role_arn = {self.ROLE}
            source_profile = base
            credential_source = Environment
            [profile neither]
            role_arn = {self.ROLE}
            [profile missing]
            role_arn = {self.ROLE}
            source_profile = nobody
            [profile loop1]
            role_arn = {self.ROLE}
            source_profile = loop2
            [profile loop2]
            role_arn = {self.ROLE}
            source_profile = loop1
            [profile self]
            role_arn = {self.ROLE}
            source_profile = self
            [profile source]
            role_arn = {self.ROLE}
            credential_source = Nowhere
            [profile unset]
            role_arn = {self.ROLE}-unset
            credential_source = Environment
            [profile empty]
            output = json
            [profile poor]
            role_arn = {self.ROLE}-poor
            source_profile = empty
            [profile sso]
            sso_account_id = 1
            [profile sso2]
            sso_session = nobody
            sso_role_name = x
            [profile process]
            credential_process = /no/such/program
            [profile badprocess]
            credential_process = false
            """)
        profiles = ("both", "neither", "missing", "loop1", "self", "source", "unset", "empty", "poor", "sso", "sso2",
                    "process", "badprocess", "half", "absent")
        for program in self.each():
            for profile in profiles:
                with self.subTest(program=program, profile=profile):
                    words = ("sts", "get-caller-identity", "--profile", profile)
                    theirs = self.run_program(program, *words)
                    ours = self.run_virga(*words, VIRGA_COMPAT="v2" if program == AWS_V2 else "v1")
                    self.assertEqual(ours.stderr.replace("aws: [ERROR]: ", ""), theirs.stderr.replace("aws: [ERROR]: ", ""))
                    self.assertEqual(ours.returncode, theirs.returncode)


if __name__ == "__main__":
    if not (AWS_V1 or AWS_V2):
        print("skipped: no AWS CLI is installed")
        sys.exit(77)
    main()
