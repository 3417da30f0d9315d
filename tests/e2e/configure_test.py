#!/usr/bin/env python3
"""What "configure" does that no AWS CLI can be asked for: see configure_parity.py for the rest.

Usage: configure_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import subprocess
import unittest

from sources_case import SourcesTest, main

MODEL = {
    "version": "2.0",
    "metadata": {"apiVersion": "2020-01-01", "endpointPrefix": "tiny", "protocol": "json", "jsonVersion": "1.1",
                 "serviceFullName": "Tiny", "serviceId": "Tiny", "signatureVersion": "v4", "targetPrefix": "Tiny"},
    "operations": {"DescribeThing": {"name": "DescribeThing", "http": {"method": "POST", "requestUri": "/"},
                                     "input": {"shape": "In"}, "output": {"shape": "Out"}}},
    "shapes": {"In": {"type": "structure", "members": {"Name": {"shape": "S"}}},
               "Out": {"type": "structure", "members": {"Name": {"shape": "S"}}}, "S": {"type": "string"}},
}

ENDPOINTS = {"version": 3, "partitions": [{
    "partition": "aws", "dnsSuffix": "amazonaws.com", "regionRegex": "^us-\\w+-\\d+$", "regions": {}, "services": {},
    "defaults": {"hostname": "{service}.{region}.{dnsSuffix}", "protocols": ["https"], "signatureVersions": ["v4"]},
}]}


class ConfigureTest(SourcesTest):
    def configure(self, *words: str, **env: str) -> str:
        result = self.run_virga("configure", *words, **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def test_works_without_a_model_pack(self) -> None:
        self.configure("set", "region", "eu-west-1", VIRGA_MODELS="/nonexistent")
        self.assertEqual(self.configure("get", "region", VIRGA_MODELS="/nonexistent"), "eu-west-1\n")

    def test_files_that_it_makes_are_the_users_alone(self) -> None:
        self.configure("set", "aws_access_key_id", "AKIA")
        self.configure("set", "region", "eu-west-1")
        self.assert_private(self.home / ".aws/credentials")
        self.assert_private(self.home / ".aws/config")

    def test_a_link_stays_a_link(self) -> None:
        self.write("elsewhere/config", "[default]\nregion = a\n")
        (self.home / ".aws").mkdir()
        (self.home / ".aws/config").symlink_to(self.home / "elsewhere/config")
        self.configure("set", "region", "b")
        self.assertTrue((self.home / ".aws/config").is_symlink())
        self.assertEqual((self.home / "elsewhere/config").read_text(), "[default]\nregion = b\n")

    def test_a_section_is_found_however_it_is_quoted(self) -> None:
        self.config('[profile "two words"]\nregion = a\n')
        self.configure("set", "region", "b", "--profile", "two words")
        self.assertEqual((self.home / ".aws/config").read_text(), '[profile "two words"]\nregion = b\n')

    def test_many_that_write_at_once_lose_nothing(self) -> None:
        count = 16
        programs = [subprocess.Popen([self.virga, "configure", "set", f"key{i}", str(i)], env=self.env)
                    for i in range(count)]
        self.assertEqual([program.wait(timeout=60) for program in programs], [0] * count)
        self.assertEqual([self.configure("get", f"key{i}") for i in range(count)], [f"{i}\n" for i in range(count)])

    def test_what_could_not_be_read_back_is_refused(self) -> None:
        self.config("[default]\nregion = a\n")
        for words in (("region", "x\n[other]"), ("re=gion", "x"), ("#region", "x"), ("a.b.c.d", "x")):
            result = self.run_virga("configure", "set", *words)
            self.assertEqual(result.returncode, 252, result.stderr)
        self.assertEqual((self.home / ".aws/config").read_text(), "[default]\nregion = a\n")

    def test_keys_for_fish(self) -> None:
        self.keys("[default]\naws_access_key_id = A\naws_secret_access_key = s\n")
        self.assertEqual(self.configure("export-credentials", "--format", "fish"),
                         "set -gx AWS_ACCESS_KEY_ID A\nset -gx AWS_SECRET_ACCESS_KEY s\n")

    def test_keys_of_a_role_say_when_they_end(self) -> None:
        self.keys()
        self.config("[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\n")
        keys = json.loads(self.configure("export-credentials", "--profile", "role"))
        self.assertEqual(keys["Version"], 1)
        self.assertRegex(keys["Expiration"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$")

    def test_a_model_that_is_added_is_a_service(self) -> None:
        data = self.home / "data"
        self.write("data/other/2020-01-01/service-2.json", json.dumps(MODEL))
        (data / "partitions.json").write_text('{"partitions": []}')
        (data / "endpoints.json").write_text(json.dumps(ENDPOINTS))
        env = {"VIRGA_BOTOCORE_DATA": str(data), "VIRGA_MODELS": "-"}
        pack = self.home / "start.pack"
        built = self.run_virga("models", "build", "--from", str(data), "--out", str(pack))
        self.assertEqual(built.returncode, 0, built.stderr)
        self.write("tiny.json", json.dumps(MODEL))
        self.configure("add-model", "--service-model", f"file://{self.home}/tiny.json", "--service-name", "tiny",
                       **env | {"VIRGA_MODELS": str(pack)})
        added = self.home / ".aws/models/tiny/2020-01-01/service-2.json"
        self.assertEqual(json.loads(added.read_text()), MODEL)
        called = self.run_virga("--mock", "tiny", "describe-thing", "--name", "x", **env)
        self.assertEqual(called.returncode, 0, called.stderr)
        self.assertIn("Name", json.loads(called.stdout))

    def test_a_model_that_leads_out_of_the_folder_is_refused(self) -> None:
        for name in ("../x", "a/b", "", ".hidden"):
            result = self.run_virga("configure", "add-model", "--service-model", json.dumps(MODEL),
                                    "--service-name", name)
            self.assertEqual(result.returncode, 255, result.stderr)
        self.assertFalse((self.home / ".aws/models").exists())

    def test_what_is_not_native_is_handed_over(self) -> None:
        tool = self.write("bin/aws", '#!/bin/sh\necho "handed over: $*"\n')
        tool.chmod(0o755)
        path = f"{tool.parent}{os.pathsep}{self.env['PATH']}"
        self.assertEqual(self.configure("sso", "--profile", "x", PATH=path), "handed over: configure sso --profile x\n")
        self.assertIn("list-profiles", self.configure("help", PATH=path))


if __name__ == "__main__":
    main()
