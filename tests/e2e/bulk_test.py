#!/usr/bin/env python3
"""virga bulk: every result with its request, resume after a kill, fail-fast, bounded memory, pooled connections.

Usage: bulk_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import http.server
import json
import os
import pty
import resource
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from bulk_service import BulkService
from sanitized import is_sanitized
from scratch import scratch_folder

VIRGA = ""
SANITIZED = len(sys.argv) > 1 and is_sanitized(sys.argv[1])


def get(key: str, **more: object) -> str:
    params = {"TableName": "t", "Key": {"id": {"S": key}}}
    return json.dumps({"service": "dynamodb", "operation": "GetItem", "params": params} | more) + "\n"


def put(key: str) -> str:
    params = {"TableName": "t", "Item": {"id": {"S": key}}}
    return json.dumps({"service": "dynamodb", "operation": "put-item", "params": params}) + "\n"


class BulkCase(unittest.TestCase):
    def setUp(self) -> None:
        self.home = scratch_folder(self.addCleanup)
        self.service = self.serve()
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.service.url,
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def serve(self, context: ssl.SSLContext | None = None) -> BulkService:
        service = BulkService(context)
        self.addCleanup(service.close)
        return service

    def write(self, lines: str, name: str = "calls") -> str:
        (self.home / name).write_text(lines)
        return str(self.home / name)

    def bulk(self, lines: str, *options: str, status: int | None = 0, **env: str) -> tuple[list[dict], str]:
        result = subprocess.run(
            [VIRGA, "bulk", self.write(lines), *options], env=self.env | env, cwd=self.home, capture_output=True,
            text=True, timeout=240, check=False,
        )
        if status is not None:
            self.assertEqual(result.returncode, status, result.stderr)
        return [json.loads(line) for line in result.stdout.splitlines()], result.stderr

    def check_paired(self, records: list[dict], keys: list[str], missing: set[str]) -> None:
        self.assertEqual([record["id"] for record in records], list(range(1, len(keys) + 1)))
        for record, key in zip(records, keys):
            self.assertEqual(record["request"]["params"]["Key"]["id"]["S"], key)
            if key in missing:
                self.assertEqual(record["error"]["code"], "ResourceNotFoundException")
                self.assertEqual(record["error"]["message"], f"no {key}")
                self.assertEqual((record["error"]["status"], record["error"]["request_id"]), (400, "r-1"))
            else:
                self.assertEqual(record["result"], {"Item": {"id": {"S": key}}})


class Results(BulkCase):
    def test_ten_thousand_calls_with_failures_are_paired_with_their_requests(self) -> None:
        keys = [str(i) for i in range(10_000)]
        self.service.missing = set(keys[::20])
        self.service.shaky = set(keys[7::50])
        records, errors = self.bulk("".join(map(get, keys)), status=1)
        self.check_paired(records, keys, self.service.missing)
        self.assertEqual(errors, "500 of 10000 calls failed.\n")
        for record in records[7::50]:
            self.assertEqual(record["attempts"], 2 if record["request"]["params"]["Key"]["id"]["S"] not in self.service.missing else 1)

    def test_lines_of_both_kinds(self) -> None:
        key = "--key '{\"id\": {\"S\": \"a\"}}'"
        lines = (
            "# a comment\n\n"
            f"dynamodb get-item --table-name t {key}\n"
            f"aws dynamodb get-item --table-name t {key} --query Item.id.S --region eu-west-1\n"
            + get("b", id="mine", region="eu-central-1")
            + "dynamodb get-item --table-name t\n"
            + "{\"service\": \"dynamodb\", \"operation\": \"Nothing\", \"id\": [7]}\n"
            + "{\"service\": \"dynamodb\", \"operation\": \"GetItem\", \"surprise\": 1}\n"
            + "{broken\n"
            + "dynamodb wait table-exists --table-name t"
        )
        records, errors = self.bulk(lines, status=1)
        self.assertEqual([record["id"] for record in records], [3, 4, "mine", 6, [7], 8, 9, 10])
        self.assertEqual(records[0]["result"], {"Item": {"id": {"S": "a"}}})
        self.assertEqual(records[1]["result"], "a")
        self.assertEqual(records[1]["request"]["region"], "eu-west-1")
        self.assertEqual(records[2]["request"]["region"], "eu-central-1")
        self.assertEqual(self.service.hosts, {"us-east-1": 1, "eu-west-1": 1, "eu-central-1": 1})
        self.assertIn("--key", records[3]["error"]["message"])
        self.assertIn("no operation", records[4]["error"]["message"])
        self.assertIn("surprise", records[5]["error"]["message"])
        self.assertEqual({record["attempts"] for record in records[3:]}, {0})
        self.assertEqual(errors, "5 of 8 calls failed.\n")

    def test_parameters_are_checked_and_files_are_not_read(self) -> None:
        bad = {"service": "dynamodb", "operation": "GetItem", "params": {"TableName": 7}}
        secret = self.write("secret", "secret")
        records, _ = self.bulk(json.dumps(bad) + "\n" + get("file://" + secret), status=1)
        self.assertEqual(records[0]["error"]["code"], "validation")
        self.assertEqual(records[1]["result"]["Item"]["id"]["S"], "file://" + secret)

    def test_unordered_results_come_as_they_come(self) -> None:
        keys = [str(i) for i in range(300)]
        records, _ = self.bulk("".join(map(get, keys)), "--unordered")
        self.assertEqual(sorted(record["id"] for record in records), list(range(1, 301)))
        for record in records:
            self.assertEqual(record["result"]["Item"]["id"], record["request"]["params"]["Key"]["id"])

    def test_identical_reads_share_a_request_and_writes_do_not(self) -> None:
        self.service.delay = 0.2
        records, _ = self.bulk(get("a") * 40 + put("b") * 40)
        self.assertLess(self.service.asked["a"], 40)
        self.assertEqual(self.service.asked["b"], 40)
        self.assertIn("coalesced", {record["cache"] for record in records[:40]})

    def test_a_reader_that_leaves_ends_the_run(self) -> None:
        lines = "".join(get(str(i)) for i in range(5000))
        with subprocess.Popen(
            [VIRGA, "bulk", self.write(lines)], env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            process.stdout.close()
            self.assertEqual(process.wait(60), 0)
            process.stderr.close()
        self.assertLess(self.service.asked.total(), 5000)

    def test_a_terminal_is_shown_how_far_it_is(self) -> None:
        self.service.delay = 0.1
        path = self.write("".join(get(str(i)) for i in range(2000)))
        master, slave = pty.openpty()
        with subprocess.Popen([VIRGA, "bulk", path], env=self.env, stdout=subprocess.DEVNULL, stderr=slave) as process:
            os.close(slave)
            shown = b""
            try:
                while chunk := os.read(master, 65536):
                    shown += chunk
            except OSError:
                pass
            process.wait(60)
        os.close(master)
        self.assertRegex(shown.decode(), r"\d+ done, 0 failed, [\d.]+/s, \d+ in flight, 0 retries, \d:\d\d left")
        self.assertIn("2000 done, 0 failed", shown.decode())

    # What shares standard input, standard output and options with the calls.

    def pipe(self, *options: str, **env: str) -> subprocess.Popen:
        """A run that reads its lines from a pipe, in a session without a terminal."""
        process = subprocess.Popen(
            [VIRGA, "bulk", *options], env=self.env | env, cwd=self.home, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def test_nobody_else_takes_from_the_input(self) -> None:
        (self.home / ".aws").mkdir()
        keys = '{\\"Version\\": 1, \\"AccessKeyId\\": \\"A\\", \\"SecretAccessKey\\": \\"S\\"}'
        (self.home / ".aws/config").write_text(
            f"[profile greedy]\ncredential_process = sh -c \"cat > taken; echo '{keys}'\"\n"
            "[profile base]\naws_access_key_id = A\naws_secret_access_key = S\n"
            "[profile mfa]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = base\nmfa_serial = m\n"
        )
        process = self.pipe(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
        lines = "".join(get(str(i), profile="greedy") for i in range(300)) + get("a", profile="mfa") + get("123456", profile="greedy")
        out, _ = process.communicate(lines.encode(), timeout=60)
        records = [json.loads(line) for line in out.splitlines()]
        self.assertEqual([record["id"] for record in records], list(range(1, 303)))
        self.assertEqual([record["id"] for record in records if "error" in record], [301])
        self.assertEqual((self.home / "taken").read_bytes(), b"")

    def test_what_ends_a_run_does_not_wait_for_the_next_line(self) -> None:
        self.service.missing = {"bad"}
        process = self.pipe("--fail-fast")
        process.stdin.write(get("bad").encode())
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=20), 1)
        process = self.pipe()
        process.stdout.close()
        process.stdin.write(get("a").encode())
        process.stdin.flush()
        self.assertEqual(process.wait(timeout=20), 0)

    def test_options_of_the_run_hold_for_its_lines(self) -> None:
        lines = get("a") + "dynamodb get-item --table-name t --key id={S=b} --query Item\n"
        records, _ = self.bulk(lines, "--query", "Item.id.S", "--region", "eu-west-1")
        self.assertEqual([record["result"] for record in records], ["a", {"id": {"S": "b"}}])
        self.assertEqual(set(self.service.hosts), {"eu-west-1"})
        call = "dynamodb get-item --table-name t --key id={S=b} "
        records, _ = self.bulk("".join(f"{call}{option}\n" for option in (
            "--regions a,b", "--profiles all", "--rate 3", "--max-concurrency 2", "--parallel")), status=1)
        for record in records:
            self.assertIn("not for a call among others", record["error"]["message"])
        result = subprocess.run([VIRGA, "--regions", "a,b", "bulk", self.write(lines)], env=self.env, capture_output=True, text=True,
                                timeout=60, check=False)
        self.assertEqual((result.returncode, result.stdout), (252, ""))
        self.assertIn("do not go with bulk", result.stderr)

    def test_every_line_of_the_output_is_json(self) -> None:
        lines = b'\xef\xbb\xbf# comment\n{"id": 1e400, "service": "dynamodb", "operation": "GetItem"}\n'
        lines += get("a", id="\ud800").encode() + b"dynamodb \xff\xfe\nnosuch thing\ndynamodb nosuch\n"
        (self.home / "odd").write_bytes(lines)
        result = subprocess.run([VIRGA, "bulk", "odd"], env=self.env, cwd=self.home, capture_output=True, timeout=60, check=False)
        def refuse(name: str) -> None:
            raise AssertionError(name)

        records = [json.loads(line, parse_constant=refuse) for line in result.stdout.decode().splitlines()]
        self.assertEqual([record["id"] for record in records], [2, "\ufffd" * 3, 4, 5, 6])
        self.assertEqual([record["id"] for record in records if "result" in record], ["\ufffd" * 3])
        self.assertLess(len(result.stdout), 3000)

    def test_bodies_that_are_no_text_are_marked(self) -> None:
        class Object(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = b"\xff\x00" if self.path.endswith("/bytes") else b"/wA="
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Object)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        lines = "".join(json.dumps({"service": "s3", "operation": "GetObject", "params": {"Bucket": "b", "Key": key}}) + "\n"
                        for key in ("bytes", "text"))
        url = f"http://127.0.0.1:{server.server_address[1]}"
        records, _ = self.bulk(lines, "--query", "Body", AWS_ENDPOINT_URL=url)
        self.assertEqual([record["result"] for record in records], [{"base64": "/wA="}, "/wA="])
        path = self.write("".join(f"s3api get-object --bucket b --key text {name}\n" for name in ("/dev/stdout", "out", "body")))
        with open(self.home / "out", "w") as out:
            subprocess.run([VIRGA, "bulk", path], env=self.env | {"AWS_ENDPOINT_URL": url}, cwd=self.home, stdout=out,
                           stderr=subprocess.DEVNULL, timeout=60, check=False)
        records = [json.loads(line) for line in (self.home / "out").read_text().splitlines()]
        self.assertEqual(["error" in record for record in records], [True, True, False])
        self.assertEqual((self.home / "body").read_bytes(), b"/wA=")

    def test_usage(self) -> None:
        for options, wanted in (
            (["--rate", "fast"], "requests per second"),
            (["--rate", "5..2"], "requests per second"),
            (["--max-concurrency", "0"], "from 1 on"),
            (["--retry-failed"], "--resume"),
            (["--nonsense"], "nonsense"),
        ):
            _, errors = self.bulk(get("a"), *options, status=252)
            self.assertIn(wanted, errors)


class Ends(BulkCase):
    def test_fail_fast_stops_within_the_calls_in_flight(self) -> None:
        self.service.delay = 0.05
        self.service.missing = {"300"}
        keys = [str(i) for i in range(5000)]
        records, errors = self.bulk("".join(map(get, keys)), "--fail-fast", "--max-concurrency", "20", status=1)
        done = {record["request"]["params"]["Key"]["id"]["S"] for record in records}
        self.assertIn("300", done)
        self.assertEqual(done, set(self.service.asked))  # what was sent is told of
        self.assertLess(len(done), 300 + 2 * 31)  # 20 in flight, 30 threads
        self.assertRegex(errors, r"^1 of \d+ calls failed; stopped at line 301; not run: lines? [\d, -]+ and all after\.\n$")

    def test_a_killed_run_goes_on_where_it_was(self) -> None:
        keys = [str(i) for i in range(6000)]
        self.service.missing = set(keys[::20])
        self.service.delay = 0.01
        path = self.write("".join(map(get, keys)))
        journal = self.home / "journal"
        command = [VIRGA, "bulk", path, "--resume", str(journal)]
        for _ in range(2):
            with open(self.home / "out", "w") as out, subprocess.Popen(command, env=self.env, stdout=out) as process:
                size = journal.stat().st_size if journal.exists() else 0
                while process.poll() is None and (journal.stat().st_size if journal.exists() else 0) < size + 150_000:
                    time.sleep(0.01)
                process.send_signal(signal.SIGKILL)
                process.wait()
        with open(journal, "rb") as file:
            kept = [line.split(b" ", 1)[0] for line in file.read().split(b"\n")[1:-1]]
        self.assertEqual(len(kept), len(set(kept)))
        finished = {keys[int(line) - 1] for line in kept}
        self.assertGreater(len(finished), 500)
        self.assertLess(len(finished), 6000)
        self.service.forget()
        records, _ = self.bulk("".join(map(get, keys)), "--resume", str(journal), status=1)
        self.check_paired(records, keys, self.service.missing)
        self.assertEqual(set(self.service.asked) & finished, set())
        self.assertEqual(len(self.service.asked), 6000 - len(finished))
        self.assertEqual(stat_mode(journal), 0o600)
        # Failures can be made again, and a line that changed is another call.
        self.service.forget()
        failing, self.service.missing = self.service.missing, set()
        keys[1] = "other"
        records, _ = self.bulk("".join(map(get, keys)), "--resume", str(journal), "--retry-failed")
        self.check_paired(records, keys, set())
        self.assertEqual(set(self.service.asked), failing | {"other"})

    def test_a_journal_is_of_one_place(self) -> None:
        lines, journal = get("a") + get("b", region="eu-west-1"), str(self.home / "journal")
        self.bulk(lines, "--resume", journal)
        self.service.forget()
        self.bulk(lines, "--resume", journal, AWS_REGION="us-west-2")
        self.assertEqual(self.service.hosts, {"us-west-2": 1, "eu-west-1": 1})
        self.service.forget()
        self.bulk(lines, "--resume", journal, "--region", "us-west-2")
        self.assertEqual(self.service.asked, {})

    def test_a_damaged_journal_costs_only_what_is_damaged(self) -> None:
        lines = get("a") + get("b") + get("c")
        journal = self.home / "journal"
        self.bulk(lines, "--resume", str(journal))
        text = journal.read_bytes()
        journal.write_bytes(text.replace(b'"S": "b"', b'"S": "x"') + b"4 0123456789abcdef + 00")
        self.service.forget()
        records, _ = self.bulk(lines, "--resume", str(journal))
        self.check_paired(records, ["a", "b", "c"], set())
        self.assertEqual(self.service.asked, {"b": 1})
        journal.write_bytes(b"something else\n")
        _, errors = self.bulk(lines, "--resume", str(journal), status=255)
        self.assertIn("no journal", errors)
        self.assertEqual(journal.read_bytes(), b"something else\n")


class Resources(BulkCase):
    def peak(self, count: int) -> int:
        """KiB, of a run over a pipe."""
        with subprocess.Popen(
            [VIRGA, "bulk", "--max-concurrency", "32"], env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
        ) as process:
            for i in range(count):
                process.stdin.write(get(str(i)).encode())
            process.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss

    @unittest.skipIf(SANITIZED, "the sanitizer keeps freed memory")
    def test_memory_does_not_grow_with_the_input(self) -> None:
        small, large = self.peak(5_000), self.peak(40_000)
        self.assertLess(large, 1.15 * small + 2048)

    @unittest.skipUnless(shutil.which("openssl"), "makes its certificate with openssl")
    def test_connections_over_tls_are_pooled(self) -> None:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
             "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", self.home / "key.pem",
             "-out", self.home / "cert.pem"],
            check=True, capture_output=True,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.home / "cert.pem", self.home / "key.pem")
        service = self.serve(context)
        service.delay = 0.05
        self.bulk(
            "".join(get(str(i)) for i in range(1000)), "--max-concurrency", "25", AWS_ENDPOINT_URL=service.url,
            AWS_CA_BUNDLE=str(self.home / "cert.pem"),
        )
        self.assertEqual(service.asked.total(), 1000)
        self.assertLessEqual(service.connections, 25)
        self.assertLessEqual(service.most_in_flight, 25)

    def test_a_service_that_throttles_is_obeyed(self) -> None:
        self.service.rate = 100
        begun = time.monotonic()
        self.bulk("".join(get(str(i)) for i in range(500)))
        took = time.monotonic() - begun
        self.assertLess(self.service.throttled, 100)
        self.assertLess(took, 3 * (500 - 50) / 100)

    def test_a_rate_is_kept_to(self) -> None:
        begun = time.monotonic()
        self.bulk("".join(get(str(i)) for i in range(60)), "--rate", "40")
        self.assertGreater(time.monotonic() - begun, 59 / 40 - 0.1)

    def test_what_was_learned_is_remembered_unless_not_wanted(self) -> None:
        lines = "".join(get(str(i)) for i in range(300))
        limits = self.home / ".cache/virga/limits"
        config = self.home / ".config/virga/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text("[limit]\nremember = false\n")
        self.bulk(lines)
        self.assertFalse(limits.exists())
        config.write_text('[limit]\nmax_concurrency = 40\nconcurrency = "2..20"\nrate = "1.."\ntarget_latency = "100ms"\n')
        self.bulk(lines)
        files = list(limits.iterdir())
        self.assertEqual(len(files), 1)
        self.assertEqual(stat_mode(files[0]), 0o600)
        for hostile in (b"", b"\0" * 300, files[0].read_bytes()[:-5] + b"\n"):
            files[0].write_bytes(hostile)
            self.bulk(lines)
        for wrong in ('rate = "x"', "rate = true", "max_concurrency = 0", "speed = 1"):
            config.write_text(f"[limit]\n{wrong}\n")
            _, errors = self.bulk(lines, status=253)
            self.assertIn("limit." + wrong.split()[0], errors)


def stat_mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


if __name__ == "__main__":
    VIRGA = os.path.abspath(sys.argv.pop(1))
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    unittest.main(verbosity=2)
