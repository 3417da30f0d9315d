#!/usr/bin/env python3
"""Commands that print signed URLs and tokens: s3 presign, rds generate-db-auth-token, eks get-token.

Signatures are checked by the rules of Signature Version 4, and everything else beside the AWS CLI v2 where it is installed.

Usage: presign_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import unittest
from urllib.parse import parse_qsl, quote, urlsplit

from aws_reference import AwsReference, python_of_v2
from scratch import scratch_folder

VIRGA = ""
KEY = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
COMMANDS = [
    "s3 presign s3://buck/a+b/ü.txt --region us-west-2",
    "s3 presign buck/key --expires-in 60",
    "s3 presign s3://my.bucket/key --region eu-central-1",
    "s3 presign s3://buck/key --endpoint-url http://127.0.0.1:1",
    "s3 presign s3://buck",
    "s3 presign s3://buck/key --expires-in soon",
    "s3 presign",
    "s3 presign s3://arn:aws:s3:us-west-2:123456789012:accesspoint/ap/key --region us-west-2",
    "rds generate-db-auth-token --hostname db.example.com --port 3306 --username jane@x",
    "rds generate-db-auth-token --hostname db.example.com --port 443 --username j+k --region eu-west-1",
    "rds generate-db-auth-token --hostname db.example.com --port x --username j",
    "rds generate-db-auth-token --hostname db.example.com --port 1",
    "eks get-token --cluster-name c1",
    "eks get-token --cluster-id c2 --region eu-west-1",
    "eks get-token",
    "eks get-token --cluster-name a --cluster-id b",
]


def digest(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_of(url: str, payload: str, headers: dict[str, str]) -> str:
    """The signature that a presigned URL must have."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query.pop("X-Amz-Signature")
    port = {"http": ":80", "https": ":443"}[parts.scheme]
    headers = headers | {"host": parts.netloc.removesuffix(port)}
    canonical = "\n".join([
        "GET", parts.path, "&".join(f"{quote(k, '')}={quote(v, '')}" for k, v in sorted(query.items())),
        *(f"{name}:{headers[name]}" for name in query["X-Amz-SignedHeaders"].split(";")), "",
        query["X-Amz-SignedHeaders"], payload,
    ])
    scope = query["X-Amz-Credential"].split("/", 1)[1]
    text = "\n".join(["AWS4-HMAC-SHA256", query["X-Amz-Date"], scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + KEY).encode()
    for part in scope.split("/"):
        key = digest(key, part)
    return digest(key, text).hex()


def plain(stdout: str) -> str:
    """What was printed, a token unpacked, without what hangs on the time."""
    token = re.search(r"k8s-aws-v1\.([\w-]+)", stdout)
    if token:
        stdout = json.dumps(json.loads(stdout.replace(token[0], unpacked(token[1]))))
    stdout = re.sub(r"X-Amz-Signature=[0-9a-f]{64}", "X-Amz-Signature=S", stdout)
    return re.sub(r"\d{8}(T\d{6}Z|%2F)|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME", stdout)


def unpacked(token: str) -> str:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()


class PresignTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        self.env = kept | {
            "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": KEY, "AWS_SESSION_TOKEN": "tok/en=", "AWS_DEFAULT_REGION": "us-east-1",
        }

    def run_virga(self, command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([VIRGA, *command.split()], env=self.env | {"VIRGA_COMPAT": "v2"} | variables,
                              capture_output=True, text=True, timeout=60, check=False)

    def check_signature(self, url: str, payload: str, **headers: str) -> None:
        signature = url.rpartition("X-Amz-Signature=")[2]
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.assertEqual(signature, signature_of(url, payload, named), url)

    def test_urls_have_the_right_signature(self) -> None:
        for command in COMMANDS[:4]:
            self.check_signature(self.run_virga(command).stdout.strip(), "UNSIGNED-PAYLOAD")

    def test_tokens_have_the_right_signature(self) -> None:
        empty = hashlib.sha256(b"").hexdigest()
        for command in COMMANDS[8:10]:
            self.check_signature("https://" + self.run_virga(command).stdout.strip(), empty)
        token = json.loads(self.run_virga("eks get-token --cluster-name c1").stdout)["status"]["token"]
        self.check_signature(unpacked(token.removeprefix("k8s-aws-v1.")), empty, x_k8s_aws_id="c1")

    def test_the_aws_cli_prints_the_same(self) -> None:
        python = python_of_v2()
        if not python:
            self.skipTest("AWS CLI v2 is not installed")
        aws = AwsReference(python, self.folder, forks=False)
        self.addCleanup(aws.stop)
        for command in COMMANDS:
            with self.subTest(command):
                expected = aws.run(command.split(), self.env, self.folder)
                actual = self.run_virga(command)
                self.assertEqual(plain(expected.stdout.decode()), plain(actual.stdout))
                self.assertEqual(expected.status, actual.returncode)
                self.assertEqual(expected.stderr.decode().rpartition("error: ")[2], actual.stderr.rpartition("error: ")[2])

    def test_the_api_version_follows_the_client(self) -> None:
        for info, version, note in [
            ('{"apiVersion": "client.authentication.k8s.io/v1"}', "v1", ""),
            ('{"apiVersion": "client.authentication.k8s.io/v1alpha1"}', "v1alpha1", "deprecated API version"),
            ('{"apiVersion": "v9"}', "v1beta1", "Unrecognized API version"),
            ("[]", "v1beta1", "Unrecognized API version"),
            ("{", "v1beta1", "Error parsing KUBERNETES_EXEC_INFO"),
        ]:
            run = self.run_virga("eks get-token --cluster-name c1", KUBERNETES_EXEC_INFO=info)
            self.assertEqual(json.loads(run.stdout)["apiVersion"], "client.authentication.k8s.io/" + version)
            self.assertIn(note, run.stderr)
            self.assertEqual(bool(note), bool(run.stderr))

    def test_what_is_printed_is_not_logged_or_kept(self) -> None:
        for command in (COMMANDS[0], COMMANDS[8], COMMANDS[12]):
            run = self.run_virga(command + " --debug", VIRGA_CACHE="on")
            self.assertEqual(run.returncode, 0, run.stderr)
            for secret in ("Signature=", "k8s-aws-v1", "tok/en", KEY):
                self.assertNotIn(secret, run.stderr)
        kept = [path for path in self.folder.rglob("*") if path.is_file() and b"Signature=" in path.read_bytes()]
        self.assertEqual(kept, [])

    def test_output_and_query_choose_as_everywhere(self) -> None:
        run = self.run_virga("eks get-token --cluster-name c1 --query status.token --output text")
        self.assertTrue(run.stdout.startswith("k8s-aws-v1."), run.stderr)

    def test_without_credentials_or_region(self) -> None:
        self.env.pop("AWS_ACCESS_KEY_ID")
        self.env.pop("AWS_SECRET_ACCESS_KEY")
        self.env.pop("AWS_SESSION_TOKEN")
        self.env["AWS_EC2_METADATA_DISABLED"] = "true"
        for command in (COMMANDS[0], COMMANDS[8], COMMANDS[12]):
            run = self.run_virga(command)
            self.assertEqual((run.returncode, run.stdout), (253, ""))
            self.assertIn("Unable to locate credentials", run.stderr)
        self.env.pop("AWS_DEFAULT_REGION")
        run = self.run_virga(COMMANDS[8])
        self.assertEqual(run.returncode, 253)
        self.assertIn("You must specify a region", run.stderr)


if __name__ == "__main__":
    VIRGA = sys.argv.pop(1)
    unittest.main()
