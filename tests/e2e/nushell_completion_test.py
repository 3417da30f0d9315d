#!/usr/bin/env python3
"""Tab in Nushell: the shim's completer, "virga complete", and the plugin's own candidates.

Usage: nushell_completion_test.py NU_PLUGIN_VIRGA STATE_FOLDER [unittest options]

STATE_FOLDER keeps the downloaded shells. Without npm and without shells there, everything is skipped (status 77).
"""

from __future__ import annotations

import json
import socket
import subprocess
import unittest

from nushell_case import SHIM, PluginCase, main, tests_for_shells

WILD = ["wild; rm x", "wild $x", "wild (rm x)", "wild 'a' \"b\" \\", "wild..2"]


class CompletionTest(PluginCase):
    def setUp(self) -> None:
        super().setUp()
        (self.folder / ".aws").mkdir()
        (self.folder / ".aws/config").write_text("[profile dev]\n[profile 'two words']\n")

    def complete(self, *spans: str, **env: str) -> list[str] | None:
        """What the shim's completer gives for these fragments."""
        words = " ".join(json.dumps(span) for span in spans)
        done = self.run_nu(f"virga complete ...[{words}] | to json --raw", **env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))  # what is printed there lands in the user's line
        rows = json.loads(done.stdout)
        return None if rows is None else [row if isinstance(row, str) else row["value"] for row in rows]

    def tab(self, line: str, **env: str) -> list[str]:
        """What nu itself offers; from 0.114 on it can be asked without a terminal."""
        if self.shell == "0.108.0":
            self.skipTest("this nu has no \"commandline complete\"")
        code = f"use {SHIM} *; {json.dumps(line)} | commandline complete --detailed | get value | to json --raw"
        done = self.run_nu(code, **env)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return json.loads(done.stdout)

    def keep_tables(self) -> None:
        body = json.dumps({"TableNames": [*WILD, "--endpoint-url=x", "file:///etc/passwd", "\x1b[2J"]}).encode()
        self.server = self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, body))
        self.text("virga aws dynamodb list-tables | ignore")

    def test_services_operations_flags_values(self) -> None:
        self.assertIn("ec2", self.complete("aws", "e"))
        self.assertEqual(self.complete("aws", "sts", "get-caller-i"), ["get-caller-identity"])
        self.assertEqual(self.complete("virga aws", "ec2", "describe-instances", "--fil"), ["--filters"])
        self.assertEqual(self.complete("aws", "ec2", "run-instances", "--instance-type", "t2.n"), ["t2.nano"])
        self.assertEqual(self.complete("aws", "--profile", ""), ["dev", "'two words'"])
        self.assertEqual(self.complete("aws", "--profile", "\"two w"), ["'two words'"])
        self.assertEqual(self.complete("aws", "--region", "eu-west-1"), ["eu-west-1"])
        self.assertEqual(self.complete("aws", "ec2", "describe-instances", "--pag"),
                         ["--page-size", "--paginate-all", "--pages"])
        self.assertEqual(self.complete("aws", "nope", "nope", ""), [])
        self.assertEqual(self.complete("aws"), [])
        self.assertIsNone(self.complete("aws", "s3api", "put-object", "--body", "x"))
        rows = self.value("virga complete aws sts get-caller-i")
        self.assertRegex(rows[0]["description"], "^Returns details")

    def test_only_what_the_plugin_does_behind_aws(self) -> None:
        self.assertNotIn("models", self.complete("aws", ""))
        self.assertNotIn("wait", self.complete("aws", "ec2", ""))
        self.assertEqual(self.complete("virga", "mod"), ["models"])  # the program, as an external completer is asked

    def test_names_of_the_cache(self) -> None:
        words = ("aws", "dynamodb", "describe-table", "--table-name", "")
        self.keep_tables()
        asked = len(self.server.requests)
        names = self.complete(*words)
        self.assertEqual(len(names), len(WILD))
        for name, word in zip(WILD, names):
            self.assertEqual(self.value(f"[{word}]"), [name])
        self.assertEqual(self.complete(*words, AWS_ACCESS_KEY_ID="AKIDOTHER"), [])
        self.assertEqual(self.complete(*words[:-1], "--region", "eu-west-1", "--table-name", ""), [])
        # The shell's environment counts, not that which the plugin was started with.
        other = f"with-env {{AWS_ACCESS_KEY_ID: AKIDOTHER}} {{ virga complete ...{json.dumps(words)} }} | length"
        self.assertEqual(self.text(f"virga complete aws | ignore; {other}"), "0")
        self.assertEqual(len(self.server.requests), asked)

    def test_no_tab_asks_the_network(self) -> None:
        # Everything that a call could ask for credentials, a region or an answer is one service, which never answers.
        silent = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(silent.close)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (self.folder / ".aws/config").write_text(
            f"[default]\ncredential_process = curl {url}\n[profile sso]\nsso_start_url = {url}\nsso_region = us-east-1\n"
            "sso_account_id = 1\nsso_role_name = r\n[profile role]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = sso\n")
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED", "AWS_REGION"):
            self.env.pop(name)
        asks = {"AWS_ENDPOINT_URL": url, "AWS_EC2_METADATA_SERVICE_ENDPOINT": url, "AWS_CONTAINER_CREDENTIALS_FULL_URI": url}
        for extra in ({}, {"AWS_PROFILE": "sso"}, {"AWS_PROFILE": "role"}):
            for words in (("aws", "e"), ("aws", "ec2", "desc"), ("aws", "ec2", "describe-instances", "--fil"),
                          ("aws", "ec2", "terminate-instances", "--instance-ids", ""), ("aws", "--profile", "")):
                self.complete(*words, **asks, **extra)
        silent.setblocking(False)
        self.assertRaises(BlockingIOError, silent.accept)  # nobody has knocked

    def test_tab_behind_the_shim(self) -> None:
        self.assertIn("describe-instances", self.tab("aws ec2 desc"))
        self.assertEqual(self.tab("aws sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(self.tab("aws ec2 describe-instances --fil"), ["--filters"])
        self.assertEqual(self.tab("aws --profile "), ["dev", "'two words'"])
        self.keep_tables()
        self.assertEqual(self.tab("aws dynamodb describe-table --table-name "), self.complete(
            "aws", "dynamodb", "describe-table", "--table-name", ""))

    def test_tab_behind_the_plugins_command(self) -> None:
        self.assertIn("sts", self.tab("virga aws "))
        self.assertEqual(self.tab("virga aws sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(self.tab("virga aws ec2 run-instances --instance-type t2.n"), ["t2.nano"])
        self.assertEqual(self.tab("virga aws --region eu-west-1"), ["eu-west-1"])
        self.keep_tables()
        names = self.tab("virga aws dynamodb describe-table --table-name wild")
        self.assertIn(len(names), (0, len(WILD)))  # from 0.115 on the plugin learns the environment there

    def test_an_external_completer(self) -> None:
        if self.shell == "0.108.0":
            self.skipTest("this nu has no \"commandline complete\"")
        config = self.folder / "config.nu"
        config.write_text("$env.config.completions.external = {enable: true, completer: {|spans| virga complete ...$spans}}\n")
        for line, wanted in (("virga aws ec2 describe-instances --fil", "--filters"), ("^virga sts get-caller-i", "get-caller-identity")):
            code = f"{json.dumps(line)} | commandline complete --detailed | get value | to json --raw"
            done = subprocess.run([self.nu, "--config", str(config), "--plugins", f"[{self.plugin}]", "-c", code], env=self.env,
                                  cwd=self.folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, check=False)
            self.assertEqual((done.stderr, json.loads(done.stdout)), ("", [wanted]))

    def test_the_shim_passes_words_on(self) -> None:
        use = f"use {SHIM} *; "
        self.assertEqual(self.text(f"nu-check --as-module {SHIM}"), "true")
        self.assertEqual(self.value(f"{use}aws sts get-caller-identity", VIRGA_MOCK="1")["Account"], "123456789012")
        self.assertEqual(self.text(f"{use}aws ec2 describe-instances --pages | first | columns | to text", VIRGA_MOCK="1"), "Reservations")


def load_tests(loader: unittest.TestLoader, _: unittest.TestSuite, __: str) -> unittest.TestSuite:
    return tests_for_shells(loader, CompletionTest)


if __name__ == "__main__":
    main(__doc__)
