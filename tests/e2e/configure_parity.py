#!/usr/bin/env python3
"""The commands below "configure" beside AWS CLI v2: what they print, and what they leave in the files. Exits with 77
(skipped) where it is not installed.

Usage: configure_parity.py VIRGA [unittest options]
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import unittest

from aws_reference import AwsReference, python_of_v2
from scratch import scratch_folder
from sources_case import SourcesTest, main

CONFIG = """\
# the first line
[default]
region = us-west-2
  # indented remark
output = json
s3 =
    addressing_style = path
    max_concurrent_requests = 5
[profile dev]
region=eu-west-1
role_session_name : me

; between

[profile 'two words']
region = eu-north-1
[plugins]
endpoint = some_plugin
[sso-session corp]
sso_region = us-east-1
[bare]
region = ca-central-1
"""

CREDENTIALS = """\
[default]
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = secretDEFAULT
[dev]
aws_access_key_id=AKIADEV
aws_secret_access_key=secretDEV
aws_session_token=tokenDEV
"""


class ConfigureTest(SourcesTest):
    @classmethod
    def setUpClass(cls) -> None:
        cls.each = scratch_folder(cls.addClassCleanup)
        cls.aws = AwsReference(python_of_v2(), cls.each)
        cls.addClassCleanup(cls.aws.stop)

    def setUp(self) -> None:
        super().setUp()
        del self.env["AWS_REGION"], self.env["AWS_DEFAULT_REGION"]

    def run_in(self, program: str, words: list[str], env: dict[str, str], typed: str):
        if program == "aws":
            answer = self.aws.run(words, env, self.each, typed)
            return answer.status, answer.stdout.decode(), answer.stderr.decode()
        result = subprocess.run([self.virga, *words], env=env, cwd=self.each, input=typed, text=True,
                                capture_output=True, timeout=120, check=False)
        return result.returncode, result.stdout, result.stderr

    def outcome(self, program: str, files: dict[str, str], words: tuple[str, ...], typed: str, env: dict[str, str]):
        folder = self.each / ".aws"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o640)
        environment = self.env | {"HOME": str(self.each), "VIRGA_COMPAT": "v2"} | env
        outcome = self.run_in(program, ["configure", *words], environment, typed)
        left = {}
        for name in ("config", "credentials"):
            path = folder / name
            if path.exists():
                left[name] = (path.read_text(), oct(path.stat().st_mode))
        return *outcome, left

    def same(self, *words: str, files: dict[str, str] | None = None, typed: str = "", **env: str) -> None:
        files = {"config": CONFIG, "credentials": CREDENTIALS} if files is None else files
        with self.subTest(words=words, env=env):
            theirs = self.outcome("aws", files, words, typed, env)
            ours = self.outcome("virga", files, words, typed, env)
            self.assertEqual(ours, theirs)

    def test_get(self) -> None:
        for name in ("region", "output", "absent", "default.region", "dev.region", "profile.dev.region", "s3",
                     "s3.addressing_style", "default.s3.addressing_style", "profile.default.s3.addressing_style",
                     "default.s3", "default.s3.absent", "plugins.endpoint", "plugins.absent",
                     "aws_access_key_id", "dev.aws_session_token", "profile.two words.region", "nobody.region",
                     "default.absent.part", "profile.nobody.region"):
            self.same("get", name)
            self.same("get", name, "--profile", "dev")
        self.same("get", "region", "--profile", "nobody")
        self.same("get", "region", AWS_PROFILE="dev")
        self.same("get", "region", files={})

    def test_set(self) -> None:
        for name in ("region", "output", "new", "default.region", "profile.dev.region", "profile.new.region",
                     "s3.addressing_style", "s3.new", "default.s3.new", "dynamodb.endpoint_url", "plugins.new",
                     "aws_access_key_id", "aws_session_token", "profile.dev.aws_secret_access_key",
                     "profile.two words.region", "profile.three short words.region", "default.role_session_name"):
            self.same("set", name, "value")
            self.same("set", name, "value", files={})
            self.same("set", name, "value", "--profile", "dev")
            self.same("set", name, "value", "--profile", "new")
        self.same("set", "region", "value", "--profile", "two words")
        self.same("set", "region", "", files={"config": "[default]\n"})
        self.same("set", "region", "with = and # in it")
        self.same("set", "region", "value", files={"config": "[default]\nregion = x"})
        self.same("set", "region", "value", files={"config": "[default]"})
        self.same("set", "region", "value", files={"config": "[profile a]\nx = 1\n"})
        self.same("set", "region", "value", files={"config": "\n\n"})

    def test_list(self) -> None:
        self.same("list")
        self.same("list", "--profile", "dev")
        self.same("list", AWS_PROFILE="dev")
        self.same("list", AWS_DEFAULT_PROFILE="dev")
        self.same("list", AWS_REGION="x-y-1")
        self.same("list", AWS_DEFAULT_REGION="x-y-1")
        self.same("list", AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="secretENV")
        self.same("list", files={})
        self.same("list", "--profile", "nobody")
        self.same("list", AWS_CONFIG_FILE="/nonexistent")
        self.same("list", "--region", "eu-west-1")
        self.same("list", files={"credentials": "[default]\naws_access_key_id = ab\naws_secret_access_key = c\n"})

    def test_list_profiles(self) -> None:
        self.same("list-profiles")
        self.same("list-profiles", files={})
        self.same("list-profiles", files={"credentials": "[b]\nx = 1\n[a]\n", "config": "[profile c]\n[profile b]\n"})

    def test_export(self) -> None:
        for form in ("process", "env", "env-no-export", "powershell", "windows-cmd"):
            self.same("export-credentials", "--format", form)
            self.same("export-credentials", "--format", form, "--profile", "dev")
        self.same("export-credentials", "--format", "env", AWS_ACCESS_KEY_ID="A", AWS_SECRET_ACCESS_KEY="s",
                  AWS_SESSION_TOKEN="t")
        self.same("export-credentials")
        self.same("export-credentials", files={})
        self.same("export-credentials", "--profile", "nobody")
        self.same("export-credentials", "--format", "env",
                  files={"config": "[default]\ncredential_process = aws configure export-credentials\n"},
                  _AWS_CLI_PROFILE_CHAIN="a,default")
        self.same("export-credentials", files={"config": ""}, _AWS_CLI_PROFILE_CHAIN="a,b,c,d")
        self.same("export-credentials", files={"config": "[default]\ncredential_process = false\n"})

    def test_import(self) -> None:
        good = "User name,Password,Access key ID,Secret access key,Console login link\nme,,AKIAME,secretME,x\nyou,,AKIAYOU,secretYOU,\n"
        half = good + "them,,,secret,\n"
        for text in (good, half, "", "\n", "User name\nx\n", good.replace("\n", "\r\n"), "User Name , access key id, SECRET ACCESS KEY\n a , b , c \n"):
            self.same("import", "--csv", text)
            self.same("import", "--csv", text, "--skip-invalid")
        self.same("import", "--csv", good, "--profile-prefix", "team-")
        (self.home / "keys.csv").write_text(good)
        self.same("import", "--csv", f"file://{self.home}/keys.csv")
        self.same("import", "--csv", "file:///nonexistent.csv")

    def test_questions(self) -> None:
        for typed in ("\n\n\n\n", "AKIANEW\nsecretNEW\neu-central-1\ntext\n", "\n\neu-central-1\n\n", "A\n", ""):
            self.same(typed=typed)
            self.same(typed=typed, files={})
            self.same("--profile", "dev", typed=typed)
            self.same("--profile", "new", typed=typed)

    def test_mistakes(self) -> None:
        for words in (("set",), ("set", "a"), ("set", "a", "b", "c"), ("get",), ("get", "a", "b"), ("import",),
                      ("list", "x"), ("list-profiles", "--x")):
            self.same(*words)
        self.same("get", "region", files={"config": "nonsense\n"})
        self.same("list", files={"config": "nonsense\n"})
        self.same("list-profiles", files={"config": "nonsense\n"})


if __name__ == "__main__":
    if not python_of_v2():
        print("skipped: AWS CLI v2 is not installed as Debian's package")
        sys.exit(77)
    main()
