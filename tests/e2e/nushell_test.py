#!/usr/bin/env python3
"""The plugin in real Nushell: the oldest version that it supports and the newest that npm serves.

Usage: nushell_test.py NU_PLUGIN_VIRGA STATE_FOLDER [unittest options]

STATE_FOLDER keeps the downloaded shells. Without npm and without shells there, everything is skipped (status 77).
"""

from __future__ import annotations

import json
import re
import subprocess
import time
import unittest

from nushell_case import ROOT, SHIM, PluginCase, listing, main, tests_for_shells


class PluginTest(PluginCase):
    # Greeting, signatures, values.

    def test_the_shell_takes_the_plugin(self) -> None:
        self.assertEqual(self.text("plugin list | where name == virga | get 0.status"), "running")
        version = re.search(r"project\(virga VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())
        assert version
        self.assertEqual(self.text("plugin list | where name == virga | get 0.version"), version[1])
        self.assertIn("virga aws", self.text("virga"))
        self.assertIn("--profile", self.text("help virga aws"))

    def test_every_kind_of_value_arrives(self) -> None:
        self.assertEqual(
            self.text("virga debug types | to nuon"),
            '{bool: true, int: 42, float: 1.5, string: hé, filesize: 1048576b, duration: 90000000000ns, '
            'date: 2024-02-29T12:34:56.789+00:00, list: [1, a], record: {k: 1}, binary: 0x[0001FF], nothing: null, '
            'glob: "*.txt", range: 1..5, cellpath: $.a.0?.b!}',
        )

    def test_words_keep_their_types(self) -> None:
        bodies: list[bytes] = []

        def answer(_: str, __: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            bodies.append(body)
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"

        self.fake(answer)
        self.text("let k = {id: {S: a}}; virga aws dynamodb get-item --table-name 0123 --key $k --consistent-read")
        self.assertEqual(json.loads(bodies[-1]), {"TableName": "0123", "Key": {"id": {"S": "a"}}, "ConsistentRead": True})
        self.text("virga aws dynamodb list-tables --limit (1 + 4) --exclusive-start-table-name abc --no-paginate")
        self.assertEqual(json.loads(bodies[-1]), {"Limit": 5, "ExclusiveStartTableName": "abc"})
        self.text("virga aws dynamodb get-item --table-name t --projection-expression null --key {id: {S: '1'}} "
                  "--attributes-to-get [a b]")
        self.assertEqual(json.loads(bodies[-1])["AttributesToGet"], ["a", "b"])
        self.text("virga aws dynamodb get-item --table-name t --projection-expression $nothing --key {id: {S: '1'}}"
                  .replace("$nothing", "(null)"))
        self.assertNotIn("ProjectionExpression", json.loads(bodies[-1]))

    def test_words_keep_their_text_and_flags_their_meaning(self) -> None:
        calls: list[tuple[str, dict]] = []

        def answer(_: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            calls.append((path, json.loads(body)))
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"

        self.fake(answer)
        for use, call in (("", "virga aws"), (f"use {SHIM} *; ", "aws")):
            self.text(f"{use}let key = {{id: {{S: a}}}}; {call} dynamodb get-item --table-name 012345678901 --key $key "
                      "--attributes-to-get [a b] --no-cache=false --consistent-read | ignore")
            self.assertEqual(calls[-1][1], {"TableName": "012345678901", "Key": {"id": {"S": "a"}},
                                            "AttributesToGet": ["a", "b"], "ConsistentRead": True})
            self.text(f"{use}let n = 5; {call} dynamodb list-tables --limit $n --exclusive-start-table-name 007 --no-paginate --no-cache")
            self.assertEqual(calls[-1][1], {"Limit": 5, "ExclusiveStartTableName": "007"})
            self.text(f"{use}{call} dynamodb get-item --table-name t --key {{id: {{N: '1'}}}} --attributes-to-get [c] | ignore")
            self.assertEqual(calls[-1][1], {"TableName": "t", "Key": {"id": {"N": "1"}}, "AttributesToGet": ["c"]})
            # Declared flags are taken out wherever they stand, and a switch that is false is none.
            unknown = f"{use}{call} dynamodb list-tables --profile nobody --limit (1 + 1)"
            self.assertIn("profile (nobody) could not be found", self.error(unknown)["msg"])
            made_up = f"{use}{call} --mock=%s dynamodb list-tables --no-paginate --no-cache | ignore"
            asked = len(calls)
            self.text(made_up % "true")
            self.assertEqual(len(calls), asked)
            self.text(made_up % "false")
            self.assertEqual(len(calls), asked + 1)
            for words in ("--help", "ec2 describe-instances --help"):
                self.assertIn("Words are those of the AWS CLI", self.text(f"{use}{call} {words}"))

    def test_results_are_dates_and_sizes(self) -> None:
        self.fake(listing(3, 1000))
        rows = "virga aws s3api list-objects-v2 --bucket b"
        self.assertEqual(self.text(f"{rows} | get LastModified.0 | describe"), "datetime")
        self.assertEqual(self.text(f"{rows} | get Size.0 | describe"), "filesize")
        self.assertEqual(self.text(f"{rows} --no-paginate | get Contents.LastModified.0 | describe"), "datetime")

    def test_an_empty_answer_is_nothing(self) -> None:
        self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"))
        self.assertEqual(self.text("virga aws dynamodb delete-item --table-name t --key {id: {S: a}} | describe"), "nothing")

    # Streams.

    def test_a_reader_that_has_enough_stops_the_fetching(self) -> None:
        server = self.fake(listing(10_000, 1000))
        keys = self.value("virga aws s3api list-objects-v2 --bucket b | first 3 | get Key")
        self.assertEqual(keys, ["k0000000", "k0000001", "k0000002"])
        self.assertEqual(len(server.requests), 1)

    def test_the_next_page_is_fetched_while_this_one_is_read(self) -> None:
        server = self.fake(listing(10_000, 1000))
        slow = "each {|row| if $row.Key == k0000400 { sleep 500ms }; $row}"
        self.assertEqual(self.text(f"virga aws s3api list-objects-v2 --bucket b | {slow} | first 500 | length"), "500")
        self.assertEqual(len(server.requests), 2)

    def test_rows_are_made_up_to_measure_with(self) -> None:
        self.assertEqual(self.text("virga debug rows 3 | get Size | each {|size| $size | describe} | uniq | to text"), "filesize")
        self.assertEqual(self.text("virga debug rows 250 | length"), "250")

    def test_a_drop_ends_the_request_in_flight(self) -> None:
        pages = listing(40, 20)

        def answer(method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            if "continuation-token" in path:
                time.sleep(20)
            return pages(method, path, body)

        self.fake(answer)
        started = time.monotonic()
        self.assertEqual(self.text("virga aws s3api list-objects-v2 --bucket b | first 20 | length"), "20")
        self.assertLess(time.monotonic() - started, 18)  # the second page takes 20

    def test_all_pages_arrive_in_order(self) -> None:
        self.fake(listing(2500, 1000))
        keys = self.value("virga aws s3api list-objects-v2 --bucket b | get Key")
        self.assertEqual(keys, [f"k{i:07}" for i in range(2500)])
        self.assertEqual(self.text("virga aws s3api list-objects-v2 --bucket b --pages | length"), "3")
        self.assertEqual(self.text("virga aws s3api list-objects-v2 --bucket b --max-items 1500 | length"), "1500")
        self.assertEqual(self.value("virga aws s3api list-objects-v2 --bucket b --query 'Contents[-1].Key'"), "k0002499")

    def test_a_long_listing_takes_no_memory(self) -> None:
        rows = 20_000 if self.sanitized else 200_000
        self.fake(listing(rows, 1000))
        sizes = self.text("virga aws s3api list-objects-v2 --bucket b | length | print; "
                          "ps | where pid == $nu.pid or ppid == $nu.pid | get mem | math max | into int").splitlines()
        self.assertEqual(int(sizes[0]), rows)
        if not self.sanitized:
            self.assertLess(int(sizes[1]), 100_000_000)

    def test_an_error_behind_the_first_page_ends_the_pipeline(self) -> None:
        pages = listing(40, 20)  # nu prints slowly

        def answer(method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            if "continuation-token" in path:
                return 403, {}, b"<Error><Code>AccessDenied</Code><Message>no more</Message></Error>"
            return pages(method, path, body)

        self.fake(answer)
        result = self.run_nu("for row in (virga aws s3api list-objects-v2 --bucket b) { print $row.Key }")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("k0000019", result.stdout)
        self.assertIn("AccessDenied", result.stderr)

    def test_bodies_are_byte_streams(self) -> None:
        data = bytes(range(256)) * 4096
        self.fake(lambda *_: (200, {"Content-Type": "application/octet-stream"}, data))
        self.text("virga aws s3api get-object --bucket b --key k | save out.bin")
        self.assertEqual((self.folder / "out.bin").read_bytes(), data)
        self.text("virga aws s3api get-object --bucket b --key k named.bin")
        self.assertEqual((self.folder / "named.bin").read_bytes(), data)

    def test_a_body_that_breaks_off_is_an_error(self) -> None:
        self.fake(lambda *_: (200, {"x-cut": "100000"}, b"x" * 1000))
        self.assertNotEqual(self.run_nu("virga aws s3api get-object --bucket b --key k | save out.bin").returncode, 0)

    def test_a_pipeline_is_a_body(self) -> None:
        bodies: list[bytes] = []

        def answer(_: str, __: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            bodies.append(body)
            return 200, {"ETag": '"e"'}, b""

        self.fake(answer)
        (self.folder / "in.bin").write_bytes(b"abc" * 50_000)
        env = {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_required"}
        self.text("open --raw in.bin | virga aws s3api put-object --bucket b --key k | ignore", **env)
        self.assertEqual(bodies[-1], b"abc" * 50_000)
        self.text("cd /; cd -; virga aws s3api put-object --bucket b --key k --body in.bin | ignore", **env)
        self.assertEqual(bodies[-1], b"abc" * 50_000)
        for source, wanted in (("'hello'", b"hello"), ("0x[ff 00]", b"\xff\x00"), ("{a: 1} | to json -r", b'{"a":1}'), ("null", b""), ("", b"")):
            pipe = f"{source} | " if source else ""
            self.text(f"{pipe}virga aws s3api put-object --bucket b --key k | ignore", **env)
            self.assertEqual(bodies[-1], wanted, source)
        made = len(bodies)
        for source in ("{a: 1}", "[1 2]", "1.. | each {|i| $i}", "5"):
            result = self.run_nu(f"{source} | virga aws s3api put-object --bucket b --key k")
            self.assertIn("input is the body", result.stderr, source)
        self.assertEqual(len(bodies), made)

    def test_durations_have_the_unit_of_their_member(self) -> None:
        bodies: list[bytes] = []
        self.fake(lambda _, __, body: (bodies.append(body), (200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"))[1])
        self.text("let d = 29sec; virga aws apigateway put-integration --rest-api-id r --resource-id i --http-method GET --type HTTP "
                  "--timeout-in-millis $d | ignore; virga aws sqs receive-message --queue-url u --wait-time-seconds (5sec) | ignore; "
                  "virga aws s3api put-bucket-cors --bucket b --cors-configuration "
                  "{CORSRules: [{AllowedMethods: [GET], AllowedOrigins: ['*'], MaxAgeSeconds: 1hr}]} | ignore")
        self.assertEqual(json.loads(bodies[0])["timeoutInMillis"], 29000)
        self.assertEqual(json.loads(bodies[1])["WaitTimeSeconds"], 5)
        self.assertIn(b"<MaxAgeSeconds>3600<", bodies[2])
        self.assertIn("1.5", self.run_nu("let d = 1.5sec; virga aws sqs receive-message --queue-url u --wait-time-seconds $d").stderr)

    def test_listings_without_a_list_are_one_answer(self) -> None:
        self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, b'{"Count": 42, "ScannedCount": 50}'))
        found = self.value("virga aws dynamodb scan --table-name t --select COUNT")
        self.assertEqual((found["Count"], found["ScannedCount"]), (42, 50))
        self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, b'{"Items": [], "Count": 0, "ScannedCount": 0}'))
        self.assertEqual(self.value("virga aws dynamodb scan --table-name t"), [])

    def test_values_may_look_like_flags(self) -> None:
        bodies: list[bytes] = []
        self.fake(lambda _, __, body: (bodies.append(body), (200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"))[1])
        send = "virga aws sqs send-message --queue-url u --message-body"
        self.text(f"{send} '-dash' | ignore; let b = '-x-'; {send} $b | ignore")
        self.assertEqual([json.loads(body)["MessageBody"] for body in bodies], ["-dash", "-x-"])
        result = self.run_nu("def f [...a] { virga aws ...$a }; let a = [sqs send-message --queue-url u --message-body '--help']; f ...$a")
        self.assertIn("expected one argument", result.stderr)
        self.text("virga aws kinesis put-record --stream-name s --partition-key p --data plain --cli-binary-format raw-in-base64-out | ignore")
        self.assertEqual(json.loads(bodies[-1])["Data"], "cGxhaW4=")
        self.text("virga aws kinesis put-record --stream-name s --partition-key p --data (0x[ff]) --cli-binary-format raw-in-base64-out | ignore")
        self.assertEqual(json.loads(bodies[-1])["Data"], "/w==")

    def test_what_the_plugin_cannot_do_is_refused(self) -> None:
        server = self.fake(lambda *_: (200, {}, b"{}"))
        for option in ("--regions a,b", "--profiles all", "--rate 5", "--max-concurrency 2"):
            self.assertIn("own command line", self.run_nu(f"virga aws dynamodb list-tables {option}").stderr)
        self.assertEqual(server.requests, [])

    def test_variables_that_are_no_text_count(self) -> None:
        self.assertEqual(self.text("with-env {VIRGA_MOCK: 1} { virga aws sts get-caller-identity | get Account }"), "123456789012")
        self.assertEqual(self.text("$env.VIRGA_MOCK = true; virga aws sts get-caller-identity | get Account"), "123456789012")

    def test_other_programs_are_not_completed(self) -> None:
        self.assertEqual(self.text("virga complete git ch | describe; virga complete ^cat '' | describe"), "nothing")
        self.assertNotEqual(self.text("virga complete aws sq | describe"), "nothing")

    # Errors.

    def test_an_error_points_at_the_word_that_is_wrong(self) -> None:
        result = self.run_nu("virga aws ec2 describe-instnces")
        self.assertIn("Invalid choice: 'describe-instnces'", result.stderr)
        self.assertIn("did you mean describe-instances", result.stderr)
        self.assertNotIn("usage:", result.stderr)
        self.assertEqual(self.label("virga aws ec2 describe-instances --nope x"), "--nope")
        self.assertEqual(self.label("virga aws sqs send-message --queue-url u --message-body b --delay-seconds abc"), "abc")

    def test_errors_of_a_service_can_be_caught(self) -> None:
        body = json.dumps({"__type": "com.amazonaws.sqs#QueueDoesNotExist", "message": "no such queue"}).encode()
        self.fake(lambda *_: (400, {"x-amzn-RequestId": "r-123", "Content-Type": "application/x-amz-json-1.0"}, body))
        code = "virga aws sqs send-message --queue-url http://127.0.0.1/q --message-body x"
        result = self.run_nu(code)
        self.assertIn("aws::sqs::QueueDoesNotExist", result.stderr)
        self.assertIn("r-123", result.stderr)
        error = self.value(
            "try { %s } catch {|e| if 'details' in ($e | columns) { $e.details } else { $e.json | from json } }" % code)
        assert isinstance(error, dict)
        self.assertEqual(error["code"], "aws::sqs::QueueDoesNotExist")
        self.assertIn("no such queue", self.text("try { %s } catch {|e| $e.msg }" % code))

    def test_errors_of_a_service_underline_what_is_wrong(self) -> None:
        code, message = "QueueDoesNotExist", "The specified queue does not exist."
        body = json.dumps({"__type": f"com.amazonaws.sqs#{code}", "message": message}).encode()
        self.fake(lambda *_: (400, {"x-amzn-RequestId": "r-123", "Content-Type": "application/x-amz-json-1.0"}, body))
        for use, call in (("", "virga aws"), (f"use {SHIM} *; ", "aws")):
            line = f"{call} sqs send-message --queue-url bad --message-body x"
            self.assertEqual(self.label(line, use), "bad")
            error = self.error(f"{use}{line}")
            self.assertEqual((error["code"], error["help"]), (f"aws::sqs::{code}", "RequestId r-123"))
            self.assertEqual(error["labels"][0]["text"], message)
            self.assertIn(message, self.text(f"{use}try {{ {line} }} catch {{|e| $e.msg }}"))
            # What is about no argument stands at the user's own words, the shim's are not theirs.
            self.assertIn(self.label(f"{call} sqs list-queues", use), ("virga aws", "sqs"))

    def test_unknown_commands_name_the_program(self) -> None:
        self.assertIn("^virga", self.run_nu("virga nonsense").stderr)

    # The life of the process.

    def test_calls_run_at_once(self) -> None:
        pid = "plugin list | where name == virga | get 0.pid"
        first, took, last = self.value(
            f"virga debug types | ignore; let first = ({pid}); "
            f"let took = (timeit {{ 1..8 | par-each --threads 8 {{|| virga debug sleep 500ms}} }}); [$first $took ({pid})]")
        self.assertEqual(first, last)  # one process for all
        self.assertLess(took, 2e9)  # one behind the other: 4 s

    def test_results_are_not_mixed_up(self) -> None:
        def answer(_: str, __: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
            name = json.loads(body)["TableName"]
            return 200, {"Content-Type": "application/x-amz-json-1.0"}, json.dumps(
                {"Item": {"name": {"S": name}}}).encode()

        self.fake(answer)
        wrong = self.value("1..%d | par-each {|i| let r = (virga aws dynamodb get-item --table-name $\"t($i)\" "
                           "--key {id: {S: a}}); if $r.Item.name.S != $\"t($i)\" { $i } } | compact | length" % (200 if self.sanitized else 1000))
        self.assertEqual(wrong, 0)

    def test_the_environment_is_the_callers(self) -> None:
        config = self.folder / "config"
        config.write_text("[profile a]\nregion = eu-west-1\n[profile b]\nregion = eu-west-2\n")
        self.env.pop("AWS_REGION")
        region = "virga explain aws ec2 describe-instances | get cache.key.region"
        self.fake(lambda *_: (200, {"Content-Type": "application/x-amz-json-1.0"}, b"{}"))
        code = (f"$env.AWS_CONFIG_FILE = '{config}'; let a = (with-env {{AWS_PROFILE: a}} {{ {region} }}); "
                f"$env.AWS_PROFILE = 'b'; let b = ({region}); $env.AWS_PROFILE = 'none'; "
                "let none = (try { virga aws dynamodb list-tables } catch {|e| $e.msg }); [$a $b $none]")
        a, b, none = self.value(code)
        self.assertEqual((a, b), ("eu-west-1", "eu-west-2"))
        self.assertIn("The config profile (none) could not be found", none)

    def test_the_current_folder_is_the_callers(self) -> None:
        (self.folder / "sub").mkdir()
        (self.folder / "sub/item.json").write_text('{"id": {"S": "from file"}}')
        bodies: list[bytes] = []
        self.fake(lambda _, __, body: (bodies.append(body), (200, {}, b"{}"))[1])
        self.text("cd sub; virga aws dynamodb get-item --table-name t --key file://item.json")
        self.assertEqual(json.loads(bodies[-1])["Key"], {"id": {"S": "from file"}})

    def test_it_ends_with_the_shell(self) -> None:
        plugin = subprocess.Popen([PluginCase.plugin, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=self.env)
        assert plugin.stdin and plugin.stdout
        self.assertEqual(plugin.stdout.read(8), b"\x07msgpack")
        started = time.monotonic()
        plugin.stdin.close()
        self.assertEqual(plugin.wait(timeout=10), 0)
        self.assertLess(time.monotonic() - started, 5)
        plugin.stdout.close()


class AloneTest(unittest.TestCase):
    """The program without a shell."""

    def run_plugin(self, *words: str, data: bytes = b"") -> subprocess.CompletedProcess:
        return subprocess.run([PluginCase.plugin, *words], input=data, capture_output=True, timeout=30, check=False)

    def test_by_hand_it_says_what_it_is(self) -> None:
        for words in ((), ("--help",)):
            result = self.run_plugin(*words)
            self.assertEqual(result.returncode, 1)
            self.assertEqual(result.stdout, b"")
            self.assertIn(b"plugin add", result.stderr)

    def test_traffic_cut_at_every_byte_does_no_harm(self) -> None:
        hello = bytes.fromhex(
            "81a548656c6c6f83a870726f746f636f6ca96e752d706c7567696ea776657273696f6ea7302e3131352e31a866656174757265739181a46e616d65"
            "ab4c6f63616c536f636b6574")
        metadata = bytes.fromhex("81a443616c6c9200a84d65746164617461")
        run = bytes.fromhex(
            "81a443616c6c920281a352756e83a46e616d65b176697267612064656275672074797065" "73"
            "a463616c6c83a46865616482a57374617274ce00023eeca3656e64ce00023ef7aa706f736974696f6e616c90a56e616d656490a5696e707574"
            "a5456d707479")
        traffic = hello + metadata + run + b"\xa7Goodbye"
        whole = self.run_plugin("--stdio", data=traffic)
        self.assertEqual(whole.returncode, 0, whole.stderr)
        self.assertIn(b"Metadata", whole.stdout)
        self.assertIn(b"filesize", whole.stdout)
        # The messages of whole sessions are cut in connection_test.cpp; a process for each cut takes its time.
        for length in range(0, len(traffic), 16 if PluginCase.sanitized else 1):
            self.assertEqual(self.run_plugin("--stdio", data=traffic[:length]).returncode, 0, length)

    def test_goodbye_ends_it_though_its_input_stays_open(self) -> None:
        hello = bytes.fromhex(
            "81a548656c6c6f83a870726f746f636f6ca96e752d706c7567696ea776657273696f6ea7302e3131352e31a866656174757265739181a46e616d65"
            "ab4c6f63616c536f636b6574")
        plugin = subprocess.Popen([PluginCase.plugin, "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert plugin.stdin and plugin.stdout
        plugin.stdin.write(hello + b"\xa7Goodbye")
        plugin.stdin.flush()
        said = plugin.stdout.read()  # until it ends
        self.assertEqual(plugin.wait(timeout=10), 0)
        self.assertTrue(said.startswith(b"\x07msgpack"))
        self.assertTrue(said.endswith(b"features\x90"), said)  # its greeting, and nothing behind it
        plugin.stdin.close()
        plugin.stdout.close()

    def test_a_call_of_an_unknown_kind_is_an_error_and_the_next_is_answered(self) -> None:
        hello = b"\x81\xa5Hello\x83\xa8protocol\xa9nu-plugin\xa7version\xa70.115.1\xa8features\x90"
        calls = (b"\x81\xa4Call\x92\x00\xa9Telepathy", b"\x81\xa4Call\x92\x01\x81\xa9Telepathy\x81\xa1x\x02",
                 b"\x81\xa9Telepathy\x03", b"\x81\xa4Call\x92\x02\xa8Metadata")
        done = self.run_plugin("--stdio", data=hello + b"".join(calls) + b"\xa7Goodbye")
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = done.stdout.split(b"\xacCallResponse\x92")[1:]
        self.assertEqual([answer[0] for answer in answers], [0, 1, 2])
        self.assertEqual([b"Error" in answer and b"Telepathy" in answer for answer in answers], [True, True, False])
        self.assertIn(b"Metadata", answers[2])

    def test_garbage_is_refused(self) -> None:
        for data in (b"\xc1", b"\x93\x01\x02\x03", b"\xdd\xff\xff\xff\xff", b"hello", b"\x81" * 2000):
            self.assertIn(self.run_plugin("--stdio", data=data).returncode, (0, 1), data)


def load_tests(loader: unittest.TestLoader, _: unittest.TestSuite, __: str) -> unittest.TestSuite:
    return unittest.TestSuite([loader.loadTestsFromTestCase(AloneTest), tests_for_shells(loader, PluginTest)])


if __name__ == "__main__":
    main(__doc__)
