#!/usr/bin/env python3
"""The cache as users meet it: when it answers, what it keeps, what drops it.

Usage: cache_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
import time
import unittest

from cache_case import READ, CacheCase


class AnswersTest(CacheCase):
    def test_a_second_question_makes_no_request_and_prints_the_same(self) -> None:
        first, second = self.ok(*READ), self.ok(*READ)
        self.assertIn("r-1", first)
        self.assertEqual(first, second)
        self.assertEqual(self.calls(), 1)

    def test_one_entry_serves_every_format_and_query(self) -> None:
        self.ok(*READ)
        for words in (("--output", "text"), ("--output", "table"), ("--output", "yaml"), ("--query", "Reservations[].ReservationId")):
            self.assertIn("r-1", self.ok(*READ, *words))
        self.assertEqual(self.calls(), 1)

    def test_spelling_does_not_matter_and_parameters_do(self) -> None:
        one = ("--filters", "Name=a,Values=b,c", "--max-results", "5")
        other = ("--cli-input-json", '{"MaxResults":5,"Filters":[{"Values":["b","c"],"Name":"a"}]}')
        self.ok(*READ, *one)
        self.ok(*READ, *other)
        self.assertEqual(self.calls(), 1)
        self.ok(*READ, "--filters", "Name=a,Values=c,b", "--max-results", "5")
        self.assertEqual(self.calls(), 2)

    def test_another_region_key_or_endpoint_is_another_question(self) -> None:
        self.ok(*READ)
        self.ok(*READ, "--region", "eu-west-1")
        self.ok(*READ, AWS_ACCESS_KEY_ID="AKIDOTHER")
        self.ok(*READ, "--endpoint-url", self.service.url + "/")
        self.assertEqual(self.calls(), 4)

    def test_a_profile_that_changes_its_account_never_shows_the_old_one(self) -> None:
        credentials = self.home / ".aws/credentials"
        credentials.parent.mkdir()
        keys = {"AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-", "AWS_PROFILE": "p"}
        credentials.write_text("[p]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n")
        first = self.ok(*READ, **keys)
        credentials.write_text("[p]\naws_access_key_id = AKIDTWO\naws_secret_access_key = s\n")
        self.assertNotEqual(self.ok(*READ, **keys), first)
        credentials.write_text("[q]\naws_access_key_id = AKIDONE\naws_secret_access_key = s\n")
        self.assertEqual(self.ok(*READ, **(keys | {"AWS_PROFILE": "q"})), first)

    def test_pages_of_a_listing_are_kept_as_one_fetch(self) -> None:
        self.service.pages = 3
        whole = self.ok(*READ, "--query", "Reservations[].Instances[].InstanceId", "--output", "text")
        self.assertEqual(whole.split(), ["i-0", "i-1", "i-2"])
        self.assertEqual(self.calls(), 3)
        self.assertEqual(self.ok(*READ, "--query", "Reservations[].Instances[].InstanceId", "--output", "text"), whole)
        self.assertEqual(self.calls(), 3)
        cut = json.loads(self.ok(*READ, "--max-items", "2"))
        self.assertEqual(len(cut["Reservations"]), 2)
        self.assertIn("NextToken", cut)
        self.assertEqual(self.calls(), 3)

    def test_an_incomplete_fetch_serves_whom_it_is_enough_for(self) -> None:
        self.service.pages = 3
        self.ok(*READ, "--max-items", "1")
        seen = self.calls()
        self.assertLess(seen, 3)
        self.ok(*READ, "--max-items", "1")
        self.assertEqual(self.calls(), seen)
        whole = json.loads(self.ok(*READ))
        self.assertEqual(len(whole["Reservations"]), 3)
        self.assertEqual(len({item["ReservationId"] for item in whole["Reservations"]}), 3)
        self.assertEqual(self.calls(), seen + 3)  # never pages of two fetches

    def test_errors_are_not_kept(self) -> None:
        self.service.fail_with = (400, b"<Response><Errors><Error><Code>Nope</Code><Message>no</Message></Error></Errors></Response>")
        self.assertNotEqual(self.run_virga(*READ).returncode, 0)
        self.service.fail_with = None
        self.assertIn("r-2", self.ok(*READ))

    def test_an_entry_that_was_cut_counts_as_absent(self) -> None:
        self.ok(*READ)
        entry = self.entries()[0]
        entry.write_bytes(entry.read_bytes()[:-3])
        self.assertIn("r-2", self.ok(*READ))


class SwitchesTest(CacheCase):
    def twice(self, *words: str, **env: str) -> int:
        before = self.calls()
        self.ok(*READ, *words, **env)
        self.ok(*READ, *words, **env)
        return self.calls() - before

    def test_in_scripts_it_is_off_unless_asked_for(self) -> None:
        self.assertEqual(self.twice(VIRGA_CACHE="-"), 2)
        self.assertEqual(self.entries(), [])
        self.assertEqual(self.twice("--max-age", "1m", VIRGA_CACHE="-"), 1)
        self.assertEqual(self.twice("--no-cache"), 2)
        self.assertEqual(self.twice("--refresh"), 2)

    def test_configuration_turns_it_on(self) -> None:
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('[cache]\nmode = "on"\n')
        self.assertEqual(self.twice(VIRGA_CACHE="-"), 1)
        self.assertEqual(self.twice(VIRGA_CACHE="off"), 2)
        config.write_text('[cache]\nmode = "sometimes"\n')
        result = self.run_virga(*READ, VIRGA_CACHE="-")
        self.assertEqual(result.returncode, 253)
        self.assertIn("line 2: cache.mode must be one of: on off read", result.stderr)

    def test_a_rule_of_the_users_replaces_the_table(self) -> None:
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('[cache.ttl]\n"ec2:DescribeInst*" = "never"\n"sqs:*" = "1m"\n')
        self.assertEqual(self.twice(), 2)
        self.ok("sqs", "list-queues")
        self.ok("sqs", "list-queues")
        self.assertEqual(self.service.calls.count("ListQueues"), 1)
        policy = json.loads(self.ok("cache", "policy", "ec2", "describe-instances"))
        self.assertEqual(policy["ttl"], "never")
        self.assertIn("config.toml, line 2", policy["rule"])

    def test_read_mode_stores_nothing(self) -> None:
        self.assertEqual(self.twice(VIRGA_CACHE="read"), 2)
        self.assertEqual(self.twice(), 1)
        self.assertEqual(self.twice(VIRGA_CACHE="read"), 0)

    def test_an_age_bounds_what_will_do(self) -> None:
        self.ok(*READ)
        time.sleep(1.1)
        self.ok(*READ, "--max-age", "1m")
        self.assertEqual(self.calls(), 1)
        self.ok(*READ, "--max-age", "1s")
        self.assertEqual(self.calls(), 2)
        self.assertEqual(self.run_virga(*READ, "--max-age", "soon").returncode, 252)

    def test_offline_asks_nobody(self) -> None:
        result = self.run_virga(*READ, "--offline")
        self.assertEqual(result.returncode, 255)
        self.assertIn("--offline forbids to ask", result.stderr)
        first = self.ok(*READ)
        self.service.down = True
        self.assertEqual(self.ok(*READ, "--offline"), first)
        self.assertEqual(self.run_virga("ec2", "run-instances", "--image-id", "ami-1", "--offline").returncode, 252)
        self.assertEqual(self.calls(), 1)

    def test_a_stale_answer_only_where_the_user_asked(self) -> None:
        first = self.ok(*READ, "--max-age", "1s")
        time.sleep(1.1)
        self.service.down = True
        self.assertNotEqual(self.run_virga(*READ, "--max-age", "1s").returncode, 0)
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('[cache.ttl]\n"ec2:DescribeInstances" = "1s"\n')
        self.assertNotEqual(self.run_virga(*READ).returncode, 0)
        result = self.run_virga(*READ, "--stale-if-error")
        self.assertEqual((result.returncode, result.stdout), (0, first), result.stderr)
        self.assertIn("past its time", result.stderr)

    def test_a_window_covers_what_has_no_ttl(self) -> None:
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('[cache]\ndedup_window = "1m"\n')
        for _ in range(2):
            self.ok("sqs", "list-queues", VIRGA_CACHE="-")
        self.assertEqual(self.calls(), 1)
        self.ok("sqs", "list-queues", "--no-cache")
        self.assertEqual(self.calls(), 2)

    def test_secrets_and_writes_are_never_kept(self) -> None:
        for words in (("secretsmanager", "get-secret-value", "--secret-id", "s"), ("ssm", "get-parameter", "--name", "p", "--with-decryption")):
            for _ in range(2):
                self.assertIn("hush-hush", self.ok(*words, "--max-age", "1h"))
        self.assertEqual(self.calls(), 4)
        for path in self.root.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"hush-hush", path.read_bytes())
        self.assertEqual(self.entries(), [])


class TerminalTest(CacheCase):
    def at_terminal(self, *words: str, **env: str) -> tuple[bytes, bytes]:
        """Standard output and what a terminal saw on standard error."""
        master, slave = pty.openpty()
        process = subprocess.Popen(
            [self.virga, *words], env=self.environment(env), cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=slave,
        )
        os.close(slave)
        out = process.communicate(timeout=60)[0]
        seen = b""
        while select.select([master], [], [], 0.1)[0]:
            try:
                part = os.read(master, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
        os.close(master)
        self.assertEqual(process.returncode, 0, seen)
        return out, seen

    def test_it_is_on_and_marks_what_was_kept_in_one_dim_line(self) -> None:
        first = self.at_terminal(*READ, VIRGA_CACHE="-")
        second = self.at_terminal(*READ, VIRGA_CACHE="-")
        self.assertEqual(first[1], b"")
        self.assertEqual(second[0], first[0])
        self.assertRegex(second[1], rb"^\x1b\[2mcached .* ago; --refresh asks again\x1b\[0m\r\n$")
        self.assertEqual(self.calls(), 1)

    def test_a_stale_answer_comes_at_once_and_is_fetched_anew_behind_it(self) -> None:
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text('[cache.ttl]\n"ec2:DescribeInstances" = "2s"\n')
        first = self.at_terminal(*READ)[0]
        time.sleep(2.2)
        self.assertEqual(self.at_terminal(*READ)[0], first)
        deadline = time.monotonic() + 20
        while self.calls() < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(self.calls(), 2)
        # In a script a stale answer is none.
        time.sleep(2.2)
        self.assertNotEqual(self.ok(*READ).encode(), first)


class InvalidationTest(CacheCase):
    def test_a_write_shows_in_the_next_read(self) -> None:
        self.ok(*READ)
        self.ok("ec2", "run-instances", "--image-id", "ami-1")
        self.assertIn("r-3", self.ok(*READ))

    def test_a_write_counts_where_the_cache_is_off_too(self) -> None:
        self.ok(*READ)
        self.ok("ec2", "run-instances", "--image-id", "ami-1", "--no-cache")
        self.assertIn("r-3", self.ok(*READ))

    def test_a_write_that_fails_may_have_happened(self) -> None:
        self.ok(*READ)
        self.service.down = True
        self.assertNotEqual(self.run_virga("ec2", "run-instances", "--image-id", "ami-1").returncode, 0)
        self.service.down = False
        self.assertIn("r-3", self.ok(*READ))

    def test_writes_of_a_global_service_reach_every_region(self) -> None:
        self.ok("iam", "list-users", "--region", "eu-west-1")
        self.ok("iam", "create-user", "--user-name", "new", "--region", "us-east-1")
        self.assertIn("u3", self.ok("iam", "list-users", "--region", "eu-west-1"))

    def test_what_a_write_touches_of_a_global_service_goes_everywhere(self) -> None:
        self.ok("iam", "list-users", "--region", "us-east-1")
        self.ok("ecs", "create-cluster", "--region", "us-west-2")
        self.assertIn("u3", self.ok("iam", "list-users", "--region", "us-east-1"))

    def test_the_first_write_of_all_is_remembered(self) -> None:
        self.ok("ec2", "run-instances", "--image-id", "ami-1")
        self.ok(*READ)
        self.assertLess(json.loads(self.ok("cache", "list"))[0]["ttl_seconds"], 60)

    def test_what_another_program_writes_counts(self) -> None:
        (self.home / "bin").mkdir()
        other = self.home / "bin/aws"
        other.write_text("#!/bin/sh\necho $*\n")
        other.chmod(0o755)
        path = f"{self.home}/bin:{os.environ['PATH']}"
        self.ok(*READ)
        self.ok("s3", "cp", "a", "s3://b", PATH=path)
        self.ok(*READ)
        self.assertEqual(self.calls(), 1)
        said = self.ok("cloudformation", "deploy", "--stack-name", "s", "--refresh", "--max-age", "1m", PATH=path)
        self.assertEqual(said, "cloudformation deploy --stack-name s\n")
        self.ok(*READ)
        self.assertEqual(self.calls(), 2)
        self.assertEqual(self.run_virga("s3", "cp", "a", "s3://b", "--offline", PATH=path).returncode, 252)

    def test_nothing_is_erased_behind_a_link(self) -> None:
        self.ok(*READ)
        elsewhere = self.home / "elsewhere"
        elsewhere.mkdir()
        (elsewhere / ("a" * 64)).write_text("mine")
        folder = self.entries()[0].parent
        (folder.parent / "DescribeVpcs").symlink_to(elsewhere)
        self.ok("cache", "clear")
        self.assertEqual(self.entries(), [])
        self.assertTrue((elsewhere / ("a" * 64)).exists())

    def test_by_pattern(self) -> None:
        self.ok(*READ)
        self.ok(*READ, "--region", "eu-west-1")
        self.ok("dynamodb", "describe-table", "--table-name", "t")
        self.assertEqual(len(json.loads(self.ok("cache", "list"))), 3)
        self.assertEqual(len(json.loads(self.ok("cache", "list", "ec2:describe-*"))), 2)
        self.assertEqual(len(json.loads(self.ok("cache", "list", "--region", "eu-west-1"))), 1)
        self.assertEqual(json.loads(self.ok("cache", "invalidate", "*", "--older-than", "1h"))["erased"], 0)
        self.assertEqual(json.loads(self.ok("cache", "invalidate", "*eu-west-1*"))["erased"], 1)
        self.assertEqual(json.loads(self.ok("cache", "invalidate", "ec2:*"))["erased"], 1)
        self.assertEqual(len(json.loads(self.ok("cache", "list"))), 1)
        self.assertEqual(json.loads(self.ok("cache", "clear"))["erased"], 1)
        self.assertEqual(self.entries(), [])

    def test_by_profile(self) -> None:
        credentials = self.home / ".aws/credentials"
        credentials.parent.mkdir()
        keys = {"AWS_ACCESS_KEY_ID": "-", "AWS_SECRET_ACCESS_KEY": "-"}
        credentials.write_text("".join(f"[{name}]\naws_access_key_id = AKID{name}\naws_secret_access_key = s\n" for name in "pq"))
        self.ok(*READ, "--profile", "p", **keys)
        self.ok(*READ, "--profile", "q", **keys)
        self.assertEqual(json.loads(self.ok("cache", "invalidate", "*", "--profile", "p", **keys))["erased"], 1)
        self.ok(*READ, "--profile", "q", **keys)
        self.assertEqual(self.calls(), 2)


class CommandsTest(CacheCase):
    def test_what_is_kept_can_be_looked_at(self) -> None:
        self.ok(*READ, "--max-results", "7")
        self.ok(*READ, "--max-results", "7")
        row = json.loads(self.ok("cache", "list"))[0]
        self.assertEqual((row["service"], row["operation"], row["region"]), ("ec2", "DescribeInstances", "us-east-1"))
        self.assertTrue(row["fresh"] and row["complete"])
        self.assertEqual(row["accesses"], 1)
        entry = json.loads(self.ok("cache", "show", row["key"]))
        self.assertEqual(entry["params"], {"MaxResults": 7})
        self.assertEqual(entry["codec"], "zstd")
        self.assertTrue(entry["key"].startswith(row["key"]))
        stats = json.loads(self.ok("cache", "stats"))
        self.assertEqual((stats["entries"], stats["hits"]), (1, 1))
        self.assertEqual(self.ok("cache", "path").strip(), str(self.root))
        self.assertEqual(json.loads(self.ok("cache", "verify")), {"entries": 1, "damaged": []})
        self.assertIn("DescribeInstances", self.ok("cache", "list", "--output", "text"))
        self.assertNotIn("example-secret", self.ok("cache", "show", row["key"]))

    def test_verify_finds_damage(self) -> None:
        self.ok(*READ)
        entry = self.entries()[0]
        data = bytearray(entry.read_bytes())
        data[-1] ^= 1
        entry.write_bytes(data)
        result = self.run_virga("cache", "verify")
        self.assertEqual(result.returncode, 255)
        self.assertEqual(len(json.loads(result.stdout)["damaged"]), 1)

    def test_wrong_words_are_answered(self) -> None:
        for words in (("cache",), ("cache", "bogus"), ("cache", "show"), ("cache", "invalidate"), ("cache", "policy", "nope"), ("explain",)):
            with self.subTest(words=words):
                result = self.run_virga(*words)
                self.assertEqual(result.returncode, 252, result.stderr)
                self.assertEqual(result.stdout, "")

    def test_warm_fetches_what_is_asked_later(self) -> None:
        lines = "aws ec2 describe-instances\n# a comment\n\ndynamodb describe-table --table-name 'my table'\n"
        (self.home / "calls").write_text(lines)
        self.ok("cache", "warm", "calls", "--wait", VIRGA_CACHE="-")
        self.assertEqual(self.calls(), 2)
        self.ok(*READ)
        self.ok("dynamodb", "describe-table", "--table-name", "my table")
        self.assertEqual(self.calls(), 2)

    def test_warm_returns_at_once_and_works_behind(self) -> None:
        self.service.released.clear()
        (self.home / "calls").write_text("ec2 describe-instances\n")
        self.ok("cache", "warm", "calls")
        self.assertEqual(self.entries(), [])
        self.service.released.set()
        deadline = time.monotonic() + 20
        while not self.entries() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(len(self.entries()), 1)

    def test_warm_calls_no_writes(self) -> None:
        (self.home / "calls").write_text("ec2 terminate-instances --instance-ids i-1\n")
        result = self.run_virga("cache", "warm", "calls", "--wait")
        self.assertEqual((result.returncode, self.calls()), (255, 0))
        self.assertIn("no read", result.stderr)

    def test_offline_sends_nothing(self) -> None:
        for words in (("s3", "ls"), ("s3", "ls", "s3://b"), ("ecr", "get-login-password"), READ):
            self.assertNotEqual(self.run_virga(*words, "--offline").returncode, 0)
        self.assertEqual(self.calls(), 0)

    def test_a_process_may_serve_anybody(self) -> None:
        (self.home / ".aws").mkdir()
        (self.home / ".aws/config").write_text("[profile p]\ncredential_process = cat keys.json\n")
        for key in ("AKIARTXV5AHDQAAAAAAA", "AKIARTXV5AHDQAAAAAAJ", "AKIARTXV5AHDQAAAAAAA"):  # of one account
            (self.home / "keys.json").write_text(json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": "s"}))
            self.ok(*READ, "--profile", "p", AWS_ACCESS_KEY_ID="-", AWS_SECRET_ACCESS_KEY="-")
        self.assertEqual(self.calls(), 2)

    def test_warm_names_the_lines_that_fail(self) -> None:
        (self.home / "calls").write_text("ec2 describe-instances\nec2 no-such-operation\n")
        result = self.run_virga("cache", "warm", "calls", "--wait")
        self.assertEqual(result.returncode, 255)
        self.assertIn("line 2:", result.stderr)

    def test_explain_calls_nobody(self) -> None:
        told = json.loads(self.ok("explain", "aws", *READ))
        self.assertEqual(told["cache"]["answer"], {"held": False})
        self.assertEqual(told["cache"]["ttl"], "5m")
        self.assertEqual(told["endpoint"]["url"], self.service.url)
        self.assertTrue(told["pagination"]["paginated"])
        self.assertEqual(self.calls(), 0)
        self.ok(*READ)
        told = json.loads(self.ok("explain", *READ))
        self.assertTrue(told["cache"]["answer"]["held"] and told["cache"]["answer"]["fresh"])
        entry = json.loads(self.ok("cache", "show", told["cache"]["key"]["hash"]))
        self.assertEqual(entry["operation"], "DescribeInstances")
        told = json.loads(self.ok("explain", "ec2", "run-instances", "--image-id", "ami-1"))
        self.assertIn("ec2", told["invalidates"]["services"])


if __name__ == "__main__":
    CacheCase.virga = os.path.abspath(sys.argv.pop(1))
    unittest.main()
