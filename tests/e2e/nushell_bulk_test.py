#!/usr/bin/env python3
"""virga bulk and virga cache warm in Nushell: order, streams in and out, failures as rows, and what ends them.

Usage: nushell_bulk_test.py NU_PLUGIN_VIRGA STATE_FOLDER [unittest options]

STATE_FOLDER keeps the downloaded shells. Without npm and without shells there, everything is skipped (status 77).
"""

from __future__ import annotations

import signal
import subprocess
import time
import unittest

from bulk_service import BulkService
from nushell_case import PluginCase, main, tests_for_shells

# Makes the item that asks for a key: ask 7.
ASK = "def ask [key] { {service: dynamodb, operation: GetItem, params: {TableName: t, Key: {id: {S: $'($key)'}}}} }; "


class BulkCase(PluginCase):
    def setUp(self) -> None:
        super().setUp()
        self.service = BulkService()
        self.addCleanup(self.service.close)
        self.env["AWS_ENDPOINT_URL"] = self.service.url

    def rows(self, code: str, **env: str) -> list[dict]:
        rows = self.value(ASK + code, **env)
        assert isinstance(rows, list)
        return rows

    def keys(self, rows: list[dict]) -> list[str]:
        return [row["result"]["Item"]["id"]["S"] for row in rows]


class InputTest(BulkCase):
    def test_a_list_gives_its_rows_in_order(self) -> None:
        rows = self.rows("[9 3 5] | each {|k| ask $k} | collect | virga bulk")
        self.assertEqual(self.keys(rows), ["9", "3", "5"])
        self.assertEqual([row["id"] for row in rows], [1, 2, 3])
        self.assertEqual(list(rows[0]), ["id", "request", "result", "error", "request_id", "attempts", "cache", "duration"])
        self.assertEqual(rows[1]["request"], {"service": "dynamodb", "operation": "GetItem",
                                              "params": {"TableName": "t", "Key": {"id": {"S": "3"}}}})
        self.assertEqual([rows[0]["error"], rows[0]["attempts"], rows[0]["request_id"]], [None, 1, "r-1"])

    def test_a_stream_gives_its_rows_in_order(self) -> None:
        self.service.delay = 0.005
        rows = self.rows("1..2000 | each {|k| ask $k} | virga bulk")
        self.assertEqual(self.keys(rows), [str(key) for key in range(1, 2001)])
        self.assertGreater(self.service.most_in_flight, 1)
        self.assertLessEqual(max(self.service.asked.values()), 1)

    def test_unordered_gives_the_same_rows(self) -> None:
        rows = self.rows("1..300 | each {|k| ask $k} | virga bulk --unordered --max-concurrency 8")
        self.assertEqual(sorted(row["id"] for row in rows), list(range(1, 301)))
        self.assertTrue(all(row["result"]["Item"]["id"]["S"] == str(row["id"]) for row in rows))
        self.assertLessEqual(self.service.most_in_flight, 8)

    def test_items_are_command_lines_and_lines_of_json_too(self) -> None:
        (self.folder / "calls").write_text(
            "# a comment\n\n"
            "dynamodb get-item --table-name t --key '{\"id\": {\"S\": \"a\"}}' --query Item.id.S --region eu-west-1\n"
            '{"service": "dynamodb", "operation": "get-item", "params": {"TableName": "t", "Key": {"id": {"S": "b"}}}, "id": "bee"}\n')
        rows = self.rows("open --raw calls | lines | virga bulk")
        self.assertEqual(rows[0]["result"], "a")
        self.assertEqual(rows[0]["request"]["region"], "eu-west-1")
        self.assertEqual([(row["id"], row["error"]) for row in rows], [(3, None), ("bee", None)])
        self.assertEqual(sorted(self.service.hosts), ["eu-west-1", "us-east-1"])

    def test_one_record_is_one_item_and_ids_keep_their_type(self) -> None:
        code = ASK + "ask x | insert id 2024-01-02 | virga bulk | first | [$in.id $in.duration] | each { describe } | to nuon"
        self.assertEqual(self.text(code), "[datetime, duration]")

    def test_results_have_native_types(self) -> None:
        code = ("[{service: s3, operation: ListObjectsV2, params: {Bucket: b}}] | virga bulk --mock | get 0.result.Contents.0 "
                "| [$in.LastModified $in.Size] | each { describe } | to nuon")
        self.assertEqual(self.text(code), "[datetime, filesize]")

    def test_rows_feed_back_as_items(self) -> None:
        rows = self.rows("[(ask 1) (ask 2)] | virga bulk | get request | virga bulk --refresh")
        self.assertEqual(self.keys(rows), ["1", "2"])

    def test_files_are_those_of_the_callers_folder(self) -> None:
        (self.folder / "sub").mkdir()
        code = "cd sub; ['s3api get-object --bucket b --key k out.bin' 's3api get-object --bucket b --key k -'] | virga bulk --mock"
        rows = self.rows(code)
        self.assertEqual(rows[0]["error"], None)
        self.assertTrue((self.folder / "sub/out.bin").exists())
        self.assertIn("name a file", rows[1]["error"]["message"])

    def test_what_has_no_items_is_refused_where_it_stands(self) -> None:
        for code in ("5 | virga bulk", "virga bulk", "^echo x | virga bulk", "[a] | virga bulk --max-concurrency 0"):
            result = self.run_nu(code)
            self.assertNotEqual(result.returncode, 0, code)
            self.assertIn("virga::usage", result.stderr, code)
        self.assertIn("[source:1:1]", self.run_nu("5 | virga bulk").stderr)


class FailureTest(BulkCase):
    def test_failures_are_rows(self) -> None:
        self.service.missing = {"2"}
        rows = self.rows("[(ask 1) (ask 2) 7 {service: nope, operation: X} {a: {|| 1}} 'dynamo list-tables' (ask 3)] | virga bulk")
        self.assertEqual([row["error"] and row["error"]["code"] for row in rows],
                         [None, "ResourceNotFoundException", "usage", "usage", "usage", "usage", None])
        self.assertEqual(rows[1]["error"], {"code": "ResourceNotFoundException", "message": "no 2", "status": 400,
                                            "request_id": "r-1"})
        self.assertEqual(rows[1]["result"], None)
        self.assertIn("no int", rows[2]["error"]["message"])
        self.assertEqual(rows[2]["request"], 7)
        self.assertIn('"nope"', rows[3]["error"]["message"])
        self.assertIn("closure", rows[4]["error"]["message"])
        self.assertIn("did you mean dynamodb?", rows[5]["error"]["message"])
        self.assertEqual([row["id"] for row in rows], [1, 2, 3, 4, 5, 6, 7])

    def test_a_row_is_at_home_where_its_item_stands(self) -> None:
        error = self.run_nu("['not a call'] | virga bulk | first | get no-such-column").stderr
        self.assertIn("[source:1:2]", error)
        self.assertIn("value originates here", error)

    def test_retries_are_counted(self) -> None:
        self.service.shaky = {"1"}
        rows = self.rows("[(ask 1)] | virga bulk", AWS_MAX_ATTEMPTS="3")
        self.assertEqual((self.keys(rows), rows[0]["attempts"]), (["1"], 2))

    def test_a_service_that_throttles_sets_the_pace(self) -> None:
        self.service.rate = 300
        self.env.pop("AWS_MAX_ATTEMPTS")
        rows = self.rows("1..600 | each {|k| ask $k} | virga bulk")
        self.assertEqual(self.keys(rows), [str(key) for key in range(1, 601)])

    def test_fail_fast_names_what_was_not_run(self) -> None:
        self.service.missing = {"3"}
        rows = self.rows("1..8 | each {|k| ask $k | insert id $'id-($k)'} | collect | virga bulk --fail-fast --max-concurrency 1")
        self.assertEqual([row["id"] for row in rows], [f"id-{key}" for key in range(1, 9)])
        codes = [row["error"] and row["error"]["code"] for row in rows]
        self.assertEqual(codes[:3], [None, None, "ResourceNotFoundException"])
        self.assertEqual(codes[3:], ["not_run"] * 5)
        self.assertIn("item 3", rows[4]["error"]["message"])
        self.assertEqual(rows[4]["request"]["params"]["Key"]["id"]["S"], "5")
        self.assertEqual(set(self.service.asked), {"1", "2", "3"})

    def test_fail_fast_stops_a_stream(self) -> None:
        self.service.missing = {"3"}
        rows = self.rows("1.. | each {|k| ask $k} | virga bulk --fail-fast --max-concurrency 2")
        self.assertEqual(rows[2]["error"]["code"], "ResourceNotFoundException")
        self.assertLess(len(rows), 10)
        self.assertTrue(all(row["error"]["code"] == "not_run" for row in rows if row["id"] > 6))

    def test_an_error_of_the_pipeline_comes_behind_what_was_done(self) -> None:
        code = ASK + ("1..3 | each {|k| if $k == 3 { error make {msg: 'boom'} }; ask $k} | virga bulk "
                      "| each {|r| $r.id | save --append seen}")
        result = self.run_nu(code)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("boom", result.stderr)
        self.assertEqual((self.folder / "seen").read_text(), "12")


class EndTest(BulkCase):
    def test_a_reader_that_has_enough_ends_an_endless_input(self) -> None:
        rows = self.rows("1.. | each {|k| $k | save -f read; ask $k} | virga bulk --max-concurrency 4 | first 3")
        self.assertEqual(self.keys(rows), ["1", "2", "3"])
        asked = self.service.asked.total()
        self.assertLessEqual(asked, 3 + 4 + 4)
        time.sleep(0.3)
        self.assertEqual(self.service.asked.total(), asked)

    def test_a_slow_reader_holds_the_calls_back(self) -> None:
        self.rows("1.. | each {|k| ask $k} | virga bulk --max-concurrency 4 | each {|r| sleep 200ms; $r} | first 3")
        self.assertLessEqual(self.service.asked.total(), 3 + 1 + 4 + 4)

    def test_a_drop_cancels_what_is_in_flight(self) -> None:
        self.service.delay = 20
        started = time.monotonic()
        code = ASK + ("let quick = {service: dynamodb, operation: GetItem}; "
                      "[$quick (ask 1) (ask 2)] | virga bulk | first 1 | get 0.error.code")
        self.assertEqual(self.text(code), "validation")
        self.assertLess(time.monotonic() - started, 18)  # a call takes 20

    def test_ctrl_c_ends_a_run_and_not_the_plugin(self) -> None:
        self.service.delay = 30
        script = self.folder / "s.nu"
        script.write_text(ASK + "1.. | each {|k| ask $k} | virga bulk | ignore")
        shell = subprocess.Popen(
            [self.nu, "-n", "--plugins", f"[{self.plugin}]", str(script)], env=self.env, cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        deadline = time.monotonic() + 20
        while self.service.in_flight == 0 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertGreater(self.service.in_flight, 0)
        started = time.monotonic()
        shell.send_signal(signal.SIGINT)
        shell.communicate(timeout=15)
        self.assertLess(time.monotonic() - started, 15)

    def test_other_calls_go_on_beside_a_run_and_after_it(self) -> None:
        self.service.delay = 0.02
        code = ASK + ("[1 2 3] | par-each {|n| if $n == 1 { 1..400 | each {|k| ask $k} | virga bulk | first 5 | length } else { "
                      "1..10 | each {|i| virga aws dynamodb get-item --table-name t --key {id: {S: $'n($n)($i)'}} --no-cache "
                      "| get Item.id.S } | length } } | math sum")
        self.assertEqual(self.text(code), "25")
        self.assertEqual(self.text(ASK + "[(ask 1)] | virga bulk | first 1 | ignore; [(ask 2)] | virga bulk | length"), "1")

    def test_memory_stays_flat(self) -> None:
        if self.sanitized:
            self.skipTest("the sanitizer keeps freed memory")
        code = ASK + ("1..%d | each {|k| ask $k} | virga bulk --no-cache | length; "
                      "ps | where name =~ nu_plugin_virga and ppid == $nu.pid | get mem | math max | into int")
        few, many = (int(self.text(code % count).splitlines()[-1]) for count in (2000, 12000))
        self.assertLess(many, few + 24 * 1024 * 1024)


class WarmTest(PluginCase):
    def table(self) -> object:
        return self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, b'{"Table": {"TableName": "t"}}'))

    def test_what_was_warmed_is_a_hit(self) -> None:
        server = self.table()
        rows = self.value("['dynamodb describe-table --table-name t' {service: dynamodb, operation: DescribeTable, "
                          "params: {TableName: u}}] | virga cache warm")
        self.assertEqual([(row["error"], row["cache"]) for row in rows], [(None, "miss"), (None, "miss")])
        self.assertEqual(list(rows[0]), ["id", "request", "error", "attempts", "cache", "duration"])
        self.assertEqual(len(server.requests), 2)
        for table in ("t", "u"):
            self.text(f"virga aws dynamodb describe-table --table-name {table}")
        self.assertEqual(len(server.requests), 2)
        again = self.value("['dynamodb describe-table --table-name t'] | virga cache warm | append "
                           "(['dynamodb describe-table --table-name t'] | virga bulk) | append "
                           "(['dynamodb describe-table --table-name t'] | virga cache warm --refresh)")
        self.assertEqual([row["cache"] for row in again], ["hit", "hit", "miss"])
        self.assertEqual(len(server.requests), 3)

    def test_it_fills_the_memory_of_the_same_plugin(self) -> None:
        server = self.table()
        self.text("['dynamodb describe-table --table-name t'] | virga cache warm | ignore; "
                  "virga aws dynamodb describe-table --table-name t | ignore")
        self.assertEqual(len(server.requests), 1)


class LimiterTest(BulkCase):
    def test_single_calls_take_turns_too(self) -> None:
        (self.folder / ".config/virga").mkdir(parents=True)
        (self.folder / ".config/virga/config.toml").write_text('[limit]\nmax_concurrency = 2\n')
        self.service.delay = 0.05
        code = ("1..12 | par-each --threads 12 {|i| virga aws dynamodb get-item --table-name t --key {id: {S: $'($i)'}} --no-cache } "
                "| length")
        self.assertEqual(self.text(code), "12")
        self.assertLessEqual(self.service.most_in_flight, 2)

    def test_a_bad_limit_is_an_error(self) -> None:
        (self.folder / ".config/virga").mkdir(parents=True)
        (self.folder / ".config/virga/config.toml").write_text('[limit]\nrate = "fast"\n')
        self.assertIn("limit.rate", self.run_nu("virga aws sts get-caller-identity").stderr)


def load_tests(loader: unittest.TestLoader, _: unittest.TestSuite, __: object) -> unittest.TestSuite:
    return tests_for_shells(loader, InputTest, FailureTest, EndTest, WarmTest, LimiterTest)


if __name__ == "__main__":
    main(__doc__ or "")
