#!/usr/bin/env python3
"""Completion by the real binary: its protocols, the cache's names, and bash, zsh and fish themselves.

Usage: completion_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
import unittest

from nushell_case import FakeAws
from scratch import scratch_folder

VIRGA = ""
# What others may call a thing, and what a shell would make of it.
WILD = ["wild; touch pwned", "wild$(touch pwned)", "wild`touch pwned`", "wild 'a' \"b\" \\ ~ * ? [x] {a,b} !! #", "wild\u00e9&|<>"]
DROPPED = ["--endpoint-url=http://evil", "file:///etc/passwd", "two\nlines", "\x1b[2Jcls", "\u202eturned"]


class CompletionTest(unittest.TestCase):
    def setUp(self) -> None:
        self.variables: dict[str, str] = {}
        self.folder = str(scratch_folder(self.addCleanup))
        os.makedirs(f"{self.folder}/.aws/cli")
        os.makedirs(f"{self.folder}/bin")
        os.makedirs(f"{self.folder}/work/some folder")
        with open(f"{self.folder}/work/input.json", "w") as file:
            file.write("{}")
        for name in ("virga", "aws_completer"):
            os.symlink(os.path.abspath(VIRGA), f"{self.folder}/bin/{name}")
        with open(f"{self.folder}/.aws/config", "w") as file:
            file.write("[profile dev]\nregion = eu-west-1\n[profile \"two words\"]\n[default]\n")
        with open(f"{self.folder}/.aws/cli/alias", "w") as file:
            file.write("[toplevel]\nwhoami = sts get-caller-identity\nboom = !touch /tmp/never\n")

    def environment(self, **variables: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "ASAN_OPTIONS") if name in os.environ}
        return kept | {"HOME": self.folder, "PATH": f"{self.folder}/bin:/usr/bin:/bin", "AWS_DEFAULT_REGION": "eu-west-1",
                       "AWS_EC2_METADATA_DISABLED": "true", "TERM": "dumb", "LC_ALL": "C.UTF-8",
                       "VIRGA_COMPLETION_TIMEOUT": "0"} | variables

    def run_words(self, *words: str, program: str = "virga", **variables: str) -> str:
        done = subprocess.run([f"{self.folder}/bin/{program}", *words], env=self.environment(**variables),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        return done.stdout

    def complete(self, *words: str, **variables: str) -> list[str]:
        """The candidates without descriptions."""
        lines = self.run_words("__complete", *words, **variables).splitlines()
        self.assertRegex(lines[-1], "^:[0-9]+$")
        return [line.partition("\t")[0] for line in lines[:-1]]

    def test_services_operations_options(self) -> None:
        self.assertIn("ec2", self.complete("e"))
        self.assertLess({"cache", "explain", "models", "completion", "s3", "s3api", "help", "whoami"}, set(self.complete("")))
        self.assertEqual(self.complete("ec2", "describe-instances"), ["describe-instances"])
        self.assertEqual(self.complete("ec2", "wait", "instance-r"), ["instance-running"])
        self.assertEqual(self.complete("sts", "assume-role", ""), ["--role-arn", "--role-session-name"])
        self.assertEqual(self.complete("sts", "assume-role", "--role-arn", "x", "--role-"), ["--role-session-name"])
        self.assertEqual(self.complete("cache", "in"), ["invalidate"])
        self.assertEqual(self.complete("cache", "policy", "ec2", "describe-instances"), ["describe-instances"])
        self.assertEqual(self.complete("explain", "ec2", "describe-instances"), ["describe-instances"])
        self.assertEqual(self.complete("aws", "ec2", "describe-instances"), ["describe-instances"])
        self.assertEqual(self.run_words("aws", "sts", "get-caller-identity", "--query", "Account", VIRGA_MOCK="1"),
                         '"123456789012"\n')
        self.assertEqual(self.complete("s3", "l"), ["ls"])
        self.assertEqual(self.complete("whoami", "--reg"), ["--region"])

    def test_values(self) -> None:
        self.assertEqual(self.complete("--profile", ""), ["dev", "two words", "default"])
        self.assertIn("eu-west-1", self.complete("ec2", "describe-vpcs", "--region", "eu-"))
        self.assertEqual(self.complete("--region=eu-west-1"), ["--region=eu-west-1"])
        self.assertIn("yaml-stream", self.complete("--output", ""))
        self.assertIn("t2.micro", self.complete("ec2", "run-instances", "--instance-type", "t2."))
        self.assertEqual(self.complete("ec2", "run-instances", "--cli-input-json", ""), ["file://"])

    def test_descriptions(self) -> None:
        self.assertIn("sts\tAWS Security Token Service\n", self.run_words("__complete", "sts"))
        self.assertNotIn("\t", self.run_words("__completeNoDesc", ""))

    def test_what_is_weird_is_no_failure(self) -> None:
        for words in ((), ("",), ("--",), ("-",), ("--=",), ("\x1b[2J",), ("a" * 100000,), ("ec2", "\n", ""), ("help", ""),
                      ("--region",), ("--region", "--"), ("ec2", "run-instances", "--tag-specifications", "=,,="),
                      ("boom", ""), ("nope", "nope", "nope", "")):
            self.complete(*words)
        self.assertFalse(os.path.exists("/tmp/never"))
        for models in ("/nonexistent", "/dev/null", f"{self.folder}/.aws/config"):
            self.assertIn("cache", self.complete("", VIRGA_MODELS=models))
            self.complete("ec2", "", VIRGA_MODELS=models)
        with open(f"{self.folder}/.aws/config", "wb") as file:
            file.write(b"\xff[[[\n=")
        self.complete("--profile", "")
        self.complete("ec2", "terminate-instances", "--instance-ids", "")

    def test_names_of_the_cache(self) -> None:
        words = ("ec2", "terminate-instances", "--instance-ids", "")
        self.assertEqual(self.complete(*words, VIRGA_MOCK="1"), [])
        kept = self.run_words("ec2", "describe-instances", "--query", "Reservations[].Instances[].InstanceId", "--output", "text",
                              VIRGA_MOCK="1", VIRGA_CACHE="on").split()
        self.assertEqual(set(self.complete(*words, VIRGA_MOCK="1")), set(kept))
        self.assertEqual(self.complete("--region", "eu-central-1", *words, VIRGA_MOCK="1"), [])
        self.assertEqual(self.complete(*words, AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY="x"), [])
        # Nobody is asked who it is: a credential process is not started, nor is the network.
        with open(f"{self.folder}/.aws/config", "a") as file:
            file.write(f"credential_process = touch {self.folder}/started\n")
        self.assertEqual(self.complete(*words), [])
        self.assertFalse(os.path.exists(f"{self.folder}/started"))

    def keep_tables(self, names: list[str]) -> dict[str, str]:
        """Puts names of tables into the cache; the variables of who asked."""
        body = json.dumps({"TableNames": names}).encode()
        server = FakeAws(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, body))
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.server = server
        variables = {"AWS_ENDPOINT_URL": server.url, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "hidden"}
        self.run_words("dynamodb", "list-tables", VIRGA_CACHE="on", **variables)
        return variables

    def test_names_that_others_chose(self) -> None:
        variables = self.keep_tables(WILD + DROPPED)
        words = ("dynamodb", "describe-table", "--table-name")
        self.assertEqual(self.complete(*words, "", **variables), WILD)
        for quote in ("", "'", '"'):
            line = f"virga {' '.join(words)} {quote}wild"
            shown = self.run_words("__completeLine", "virga", "wild", "--table-name", COMP_LINE=line, COMP_POINT=str(len(line)),
                                   **variables)
            for name, word in zip(WILD, shown.splitlines(), strict=True):
                done = subprocess.run(["bash", "-c", f"printf %s {quote}{word}{quote}"], capture_output=True, text=True,
                                      check=True, cwd=self.folder)
                self.assertEqual(done.stdout, name)
        self.assertFalse(os.path.exists(f"{self.folder}/pwned"))

    def test_nobody_is_asked(self) -> None:
        variables = self.keep_tables(["t"])
        asked = len(self.server.requests)
        del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
        for more in ({"AWS_EC2_METADATA_SERVICE_ENDPOINT": self.server.url, "AWS_EC2_METADATA_DISABLED": "false"},
                     {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{self.server.url}/c"},
                     {"AWS_WEB_IDENTITY_TOKEN_FILE": "/dev/null", "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/r"}):
            for name in ("AWS_DEFAULT_REGION", "OTHER"):
                environment = variables | more | {name: "eu-west-1" if name == "OTHER" else ""}
                self.assertEqual(self.complete("dynamodb", "describe-table", "--table-name", "", **environment), [])
        self.assertEqual(len(self.server.requests), asked)

    def test_nothing_secret_is_shown(self) -> None:
        with open(f"{self.folder}/.aws/credentials", "w") as file:
            file.write("[default]\naws_access_key_id = AKIDHIDDEN\naws_secret_access_key = hidden-secret\n")
        with open(f"{self.folder}/.aws/cli/alias", "w") as file:
            file.write("[toplevel]\nsend = !curl -u me:hidden-password\n")
        for words in (("",), ("--profile", ""), ("configure", "set", ""), ("configure", "get", "aws_"), ("iam", "create-user", "--")):
            shown = self.run_words("__complete", *words, AWS_SESSION_TOKEN="hidden-token")
            self.assertNotRegex(shown, "(?i)hidden-|AKIDHIDDEN")

    def test_what_hangs_holds_up_nobody(self) -> None:
        os.remove(f"{self.folder}/.aws/cli/alias")
        os.mkfifo(f"{self.folder}/.aws/cli/alias")
        begun = time.monotonic()
        done = subprocess.run([VIRGA, "__complete", "ec2", "terminate-instances", "--instance-ids", ""],
                              env=self.environment(VIRGA_COMPLETION_TIMEOUT="100"), capture_output=True, text=True, check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        self.assertLess(time.monotonic() - begun, 5)

    def test_the_line_of_bash(self) -> None:
        def line(text: str, program: str = "aws_completer") -> list[str]:
            words = ("aws", "x", "y") if program == "aws_completer" else ("__complete",)
            typed, _, behind = text.partition("|")
            return self.run_words(*words, program=program, COMP_LINE=typed + behind, COMP_POINT=str(len(typed))).splitlines()

        self.assertEqual(line("aws ec2 describe-instances"), ["describe-instances"])
        self.assertEqual(line("aws sts get-caller-identity --region=eu-west-1"), ["eu-west-1"])
        self.assertEqual(line("aws --profile t"), ["two\\ words"])
        self.assertEqual(line("aws --profile 't"), ["two words"])
        self.assertEqual(line("virga ec2 describe-instances", "virga"), ["describe-instances", ":4"])
        self.assertEqual(line("aws --query \u00e4\u00f6 sts get-caller-i|dentity --region x"), ["get-caller-identity"])
        self.assertEqual(line("virga aws sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(line("aws"), [])
        self.assertEqual(line(""), [])

    def test_wrong_shell(self) -> None:
        for words in (("completion",), ("completion", "tcsh"), ("completion", "bash", "zsh")):
            done = subprocess.run([VIRGA, *words], capture_output=True, text=True, check=False, env=self.environment())
            self.assertEqual((done.returncode, done.stdout), (252, ""))

    def bash(self, line: str, breaks: str = " \t\n\"'@><=;|&(:") -> list[str]:
        """What the function of the script makes of a line."""
        script = """
            COMP_WORDBREAKS=$2
            source <(virga completion bash)
            COMP_LINE=$1 COMP_POINT=${#1}
            read -ra COMP_WORDS <<< "${1//[=:]/ & }x"
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1)) COMP_WORDS[COMP_CWORD]=${COMP_WORDS[COMP_CWORD]%x}
            "$(complete -p virga | sed 's/.*-F \\([^ ]*\\) .*/\\1/')" virga
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        done = subprocess.run(["bash", "-c", script, "bash", line, breaks], env=self.environment(), cwd=f"{self.folder}/work",
                              capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_bash_functions(self) -> None:
        self.assertEqual(self.bash("virga sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(self.bash("virga --region=eu-west-1"), ["eu-west-1"])
        self.assertEqual(self.bash("virga --profile t"), ["two\\ words"])
        self.assertEqual(self.bash("virga --region=eu-west-1", breaks=" :"), ["--region=eu-west-1"])
        self.assertEqual(self.bash("virga sqs send-message --cli-input-json file://in"), ["//input.json"])
        self.assertEqual(self.bash("virga s3api get-object --bucket b --key k in"), ["input.json"])

    def at_a_terminal(self, shell: list[str], setup: str, typed: str, wanted: str) -> None:
        """Types into an interactive shell, Tab included, until it shows what is wanted."""
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(f"{self.folder}/work")
            os.execvpe(shell[0], shell, self.environment(TERM="xterm", **self.variables))
        shown = ""

        def read_until(pattern: str, seconds: float) -> bool:
            nonlocal shown
            end = time.monotonic() + seconds
            while not re.search(pattern, shown) and time.monotonic() < end:
                if select.select([terminal], [], [], 0.1)[0]:
                    try:
                        piece = os.read(terminal, 65536).decode(errors="replace")
                    except OSError:
                        break
                    # fish waits for the terminal to say what it is.
                    if "\x1b[c" in piece or "\x1b[0c" in piece:
                        os.write(terminal, b"\x1b[?62;c")
                    shown = re.sub(r"[^\x08]\x08", "", shown + re.sub(r"\x1b(\[[0-9;?>=]*[A-Za-z]|\][^\x07\x1b]*(\x07|\x1b\\)|[()][A-Z0-9]|[=>])", "", piece))
            return re.search(pattern, shown) is not None

        try:
            os.write(terminal, f"{setup}; echo rea''dy\n".encode())
            self.assertTrue(read_until(r"(?m)ready\s", 30), shown)
            shown = ""
            os.write(terminal, typed.encode())
            self.assertTrue(read_until(wanted, 30), repr(shown))
        finally:
            os.write(terminal, b"\x03\x04")
            os.kill(process, 9)
            os.waitpid(process, 0)
            os.close(terminal)

    def shell(self, name: str) -> None:
        if shutil.which(name) is None:
            self.skipTest(f"{name} is not installed")

    def test_bash_itself(self) -> None:
        shell = ["bash", "--norc", "--noprofile", "-i"]
        setup = "source <(virga completion bash)"
        self.at_a_terminal(shell, setup, "virga sts get-caller-i\t--reg\teu-west-1 --output js\t#", "identity --region eu-west-1 --output json #")
        self.at_a_terminal(shell, setup, "virga --profile two\t--region=eu-west-1\t#", r"two\\ words --region=eu-west-1 #")
        self.at_a_terminal(shell, setup, "virga sqs send-message --cli-input-json fi\tinp\t#", "file://input.json #")
        self.at_a_terminal(shell, "complete -C aws_completer aws", "aws sts get-caller-i\t#", "get-caller-identity #")
        self.at_a_terminal(shell, "complete -C 'virga __completeLine' aws", "aws sts get-caller-i\t#", "get-caller-identity #")
        self.at_a_terminal(shell, f"{setup}; alias aws=virga; complete -F __virga_complete aws", "aws sts get-caller-i\t#",
                           "get-caller-identity #")
        self.variables = self.keep_tables(WILD[:1])
        self.at_a_terminal(shell, setup, "virga dynamodb describe-table --table-name wi\t#", r"--table-name wild\\;\\ touch\\ pwned #")

    def test_zsh_itself(self) -> None:
        self.shell("zsh")
        shell = ["zsh", "-f", "-i"]
        setup = "PS1='$ '; autoload -U compinit; compinit -u -D; source <(virga completion zsh)"
        self.at_a_terminal(shell, setup, "virga sts get-caller-i\t--reg\teu-west-1 #", "get-caller-identity --region eu-west-1 #")
        self.at_a_terminal(shell, setup, "virga --profile two\t#", r"two\\ words #")
        self.at_a_terminal(shell, f"{setup}; alias aws=virga", "aws sts get-caller-i\t#", "get-caller-identity #")
        self.variables = self.keep_tables(WILD[:1])
        self.at_a_terminal(shell, setup, "virga dynamodb describe-table --table-name wi\t#", r"--table-name wild\\;\\ touch\\ pwned #")
        self.at_a_terminal(shell, setup, "virga sqs send-message --cli-input-json file://inp\t#", "file://input.json *#")

    def test_fish_itself(self) -> None:
        self.shell("fish")
        # "complete -C" is what Tab asks; a terminal adds nothing but escape sequences.
        def fish(line: str) -> list[str]:
            setup = "virga completion fish | source; alias aws=virga; complete -C $argv[1]"
            done = subprocess.run(["fish", "--no-config", "-c", setup, line],
                                  env=self.environment(), cwd=f"{self.folder}/work", capture_output=True, text=True,
                                  timeout=60, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return [word.partition("\t")[0] for word in done.stdout.splitlines()]

        self.assertEqual(fish("virga sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(fish("aws sts get-caller-i"), ["get-caller-identity"])
        self.assertEqual(fish("virga --profile tw"), ["two words"])
        self.assertEqual(fish("virga sqs send-message --cli-input-json file://inp"), ["file://input.json"])
        self.assertEqual(fish("virga s3api get-object --bucket b --key k inp"), ["input.json"])


if __name__ == "__main__":
    VIRGA = sys.argv.pop(1)
    unittest.main()
