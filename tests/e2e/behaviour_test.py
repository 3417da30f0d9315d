#!/usr/bin/env python3
"""Behaviour of the real binary at its edges: exit statuses, hostile servers, output files, signals.

Usage: behaviour_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import zlib
from collections.abc import Callable
from pathlib import Path

from receiving import receive
from sanitized import is_sanitized
from scratch import scratch_folder

VIRGA = ""
SANITIZED = len(sys.argv) > 1 and is_sanitized(sys.argv[1])

IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn><UserId>u</UserId>"
    b"<Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Server:
    """Hands each connection to a function; loopback only."""

    def __init__(self, serve: Callable[[socket.socket], None]) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._serve = serve
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._serve(connection)
            except OSError:
                pass

    def close(self) -> None:
        self._listener.close()


def read_request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
    while len(body) < length:
        body += receive(connection)
    return head + b"\r\n\r\n" + body


def answer(status: str, body: bytes, headers: bytes = b"") -> Callable[[socket.socket], None]:
    def serve(connection: socket.socket) -> None:
        while True:
            read_request(connection)
            connection.sendall(
                b"HTTP/1.1 " + status.encode() + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n" + headers
                + b"\r\n" + body
            )

    return serve


class BehaviourTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def run_virga(self, *words: str, **env: str) -> subprocess.CompletedProcess:
        environment = {name: value for name, value in (self.env | env).items() if value != "-"}
        return subprocess.run(
            [VIRGA, *words], env=environment, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
        )

    def serve(self, function: Callable[[socket.socket], None]) -> str:
        server = Server(function)
        self.addCleanup(server.close)
        return server.url

    def assert_fails(self, result: subprocess.CompletedProcess, status: int, text: str) -> None:
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertIn(text, result.stderr)
        self.assertEqual(result.stdout, "")

    # Exit statuses of AWS CLI v2.

    def test_a_wrong_command_line_is_252(self) -> None:
        self.assert_fails(self.run_virga("sts", "get-caller-identity", "--nope"), 252, "Unknown options: --nope")
        self.assert_fails(self.run_virga("nosuch", "x"), 252, "argument command: Invalid choice")
        self.assert_fails(self.run_virga("dynamodb", "get-item", "--table-name", "t"), 252, "--key")
        self.assert_fails(self.run_virga("ec2", "describe-instances", "--filters", "Name"), 252, "Error parsing parameter")

    def test_parameters_that_do_not_validate_are_252(self) -> None:
        result = self.run_virga("dynamodb", "get-item", "--table-name", "t", "--key", '{"a": {"Q": "x"}}')
        self.assert_fails(result, 252, "Parameter validation failed")

    def test_missing_credentials_and_region_are_253(self) -> None:
        result = self.run_virga("sts", "get-caller-identity", AWS_ACCESS_KEY_ID="-", AWS_SECRET_ACCESS_KEY="-")
        self.assert_fails(result, 253, "Unable to locate credentials")
        result = self.run_virga("ec2", "describe-instances", AWS_REGION="-")
        self.assert_fails(result, 253, "You must specify a region")

    def test_a_missing_pack_says_how_to_make_one(self) -> None:
        result = self.run_virga("sts", "get-caller-identity", VIRGA_MODELS=str(self.folder / "none.pack"))
        self.assert_fails(result, 253, "virga models build")

    def test_an_error_of_the_service_is_254(self) -> None:
        body = b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>"
        url = self.serve(answer("403 Forbidden", body))
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", url, AWS_MAX_ATTEMPTS="-")
        self.assert_fails(
            result, 254, "An error occurred (AccessDenied) when calling the GetCallerIdentity operation: no"
        )

    def test_no_connection_is_255(self) -> None:
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", "http://127.0.0.1:1")
        self.assert_fails(result, 255, 'Could not connect to the endpoint URL: "http://127.0.0.1:1/"')

    # The mock.

    def test_the_mock_needs_neither_account_nor_network(self) -> None:
        for words in (("sts", "get-caller-identity"), ("s3api", "list-buckets"), ("ec2", "describe-instances"),
                      ("dynamodb", "list-tables"), ("iam", "list-users"), ("lambda", "list-functions")):
            result = self.run_virga("--mock", *words, AWS_ACCESS_KEY_ID="-", AWS_SECRET_ACCESS_KEY="-")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIsInstance(json.loads(result.stdout), dict)
            self.assertEqual(result.stdout, self.run_virga("--mock", *words).stdout)

    def test_an_option_of_an_operation_is_not_taken_for_the_mock(self) -> None:
        url = self.serve(answer("400 Bad Request", b'{"__type": "InvalidArn", "message": "m"}'))
        words = ("stepfunctions", "test-state", "--definition", "{}", "--mock", '{"result": "x"}')
        plain_host = {"AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}
        self.assert_fails(self.run_virga(*words, "--endpoint-url", url, **plain_host), 254, "InvalidArn")
        result = self.run_virga("--region", "eu-west-1", "--mock", *words)
        self.assertEqual(result.returncode, 0, result.stderr)

    # Servers that misbehave.

    def test_garbage_is_a_clear_error(self) -> None:
        url = self.serve(lambda connection: (read_request(connection), connection.sendall(b"\x00\xff garbage\r\n\r\n")))
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", url)
        self.assert_fails(result, 255, url)

    def test_an_early_close_is_a_clear_error(self) -> None:
        url = self.serve(lambda connection: read_request(connection))
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", url)
        self.assert_fails(result, 255, "Connection was closed before we received a valid response")

    def test_a_cut_body_is_an_error_and_prints_nothing(self) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<GetCallerIdentityResponse>")

        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", self.serve(serve))
        self.assertEqual(result.returncode, 255, result.stderr)
        self.assertEqual(result.stdout, "")

    def test_a_stalling_server_times_out(self) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            time.sleep(30)

        url = self.serve(serve)
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", url, "--cli-read-timeout", "1")
        self.assert_fails(result, 255, "Read timeout on endpoint URL")

    def test_bodies_that_are_no_xml_or_json_are_clear_errors(self) -> None:
        url = self.serve(answer("200 OK", b"<Get><unclosed>"))
        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", url)
        self.assert_fails(result, 255, "invalid XML received")
        url = self.serve(answer("200 OK", b'{"TableNames": [' + b"[" * 100000))
        result = self.run_virga("dynamodb", "list-tables", "--endpoint-url", url)
        self.assertIn(result.returncode, (0, 255), result.stderr)
        self.assertNotIn("TableNames", result.stdout)

    def test_malformed_errors_of_every_protocol_are_errors(self) -> None:
        calls = {
            "json": ("dynamodb", "list-tables"),
            "rest-json": ("lambda", "list-functions"),
            "rest-xml": ("s3api", "list-buckets"),
            "query": ("sts", "get-caller-identity"),
            "ec2": ("ec2", "describe-regions"),
        }
        bodies = (
            b"", b"\x00", b"\xff\xfe\x80", b"{", b"[]", b"null", b"5", b'"text"', b'{"__type": 5, "message": {}}',
            b'{"__type": "#", "code": []}', b"<", b"<Error/>", b"<Error><Code/></Error>", b"<Errors><Error/></Errors>",
            b"<ErrorResponse><Error><Code>a</Code><Code>b</Code></Error></ErrorResponse>", b"<a>&bomb;</a>",
            b"<html><body>Bad Gateway</body></html>", b"<" * 5000, b"[" * 5000, b'{"message": "' + b"x" * 70000 + b'"}',
        )
        for number, body in enumerate(bodies):
            # Each protocol meets each body; every other one with a status that says nothing.
            for protocol, words in calls.items():
                status = ("400 Bad Request", "500 Oops", "299 Fine")[(number + len(protocol)) % 3]
                url = self.serve(answer(status, body, b"x-amzn-errortype: \r\n" if number % 2 else b""))
                with self.subTest(protocol=protocol, status=status, body=body[:40]):
                    result = self.run_virga(*words, "--endpoint-url", url)
                    self.assertIn(result.returncode, (254, 255) if status[0] != "2" else (0, 254, 255), result.stderr)
                    if result.returncode != 0:
                        self.assertNotEqual(result.stderr.strip(), "")
                        self.assertEqual(result.stdout, "")

    def test_broken_heads_and_chunks_are_clear_errors(self) -> None:
        ok = b"HTTP/1.1 200 OK\r\n"
        for sent in (
            b"HTTP/1.1 2000000000000000000000 OK\r\n\r\n",
            b"HTTP/9.9 200 OK\r\n\r\n",
            b"\r\n" * 100,
            ok + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\nxx\r\n",
            ok + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nxx",
            ok + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<Get",
            ok + b"Content-Length: -5\r\n\r\n",
            ok + b"Content-Length: 99999999999999999999999\r\n\r\n<Get/>",
            ok + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n<Get/>",
        ):
            def serve(connection: socket.socket, sent: bytes = sent) -> None:
                read_request(connection)
                connection.sendall(sent)

            with self.subTest(sent=sent[:60]):
                words = ("sts", "get-caller-identity", "--endpoint-url", self.serve(serve), "--cli-read-timeout", "5")
                result = self.run_virga(*words)
                self.assertEqual(result.returncode, 255, result.stderr)
                self.assertNotEqual(result.stderr.strip(), "")
                self.assertEqual(result.stdout, "")

    def test_a_head_without_end_is_cut_off(self) -> None:
        def serve(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-More: " + b"y" * 4000 + b"\r\n")

        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", self.serve(serve))
        self.assertEqual(result.returncode, 255, result.stderr)

    @unittest.skipIf(SANITIZED, "a sanitizer's shadow memory is larger than the limit")
    def test_what_unpacks_to_gigabytes_is_not_unpacked(self) -> None:
        packer = zlib.compressobj(9, zlib.DEFLATED, 31)
        bomb = b"".join([packer.compress(b" " * (1 << 20)) for _ in range(256)] + [packer.flush()])
        url = self.serve(answer("200 OK", bomb, b"Content-Encoding: gzip\r\n"))
        command = f'ulimit -v 200000; exec "{VIRGA}" sts get-caller-identity --endpoint-url {url}'
        result = subprocess.run(
            ["/bin/sh", "-c", command], env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=60,
            check=False,
        )
        self.assert_fails(result, 255, "invalid XML received")

    def test_redirects_are_not_followed_without_end(self) -> None:
        attempts: list[bytes] = []

        def serve(connection: socket.socket) -> None:
            while True:
                attempts.append(read_request(connection))
                connection.sendall(
                    b"HTTP/1.1 307 Temporary Redirect\r\nLocation: " + url.encode() + b"/again\r\nContent-Length: 0\r\n\r\n"
                )

        url = self.serve(serve)
        for words in (("sts", "get-caller-identity"), ("s3api", "list-objects-v2", "--bucket", "b")):
            attempts.clear()
            result = self.run_virga(*words, "--endpoint-url", url)
            self.assertIn(result.returncode, (254, 255), result.stderr)
            self.assertLessEqual(len(attempts), 3)

    # Bodies from and to files.

    def test_a_streamed_output_appears_whole_or_not_at_all(self) -> None:
        def cut(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)

        target = self.folder / "object"
        words = ("s3api", "get-object", "--bucket", "b", "--key", "k", str(target))
        result = self.run_virga(*words, "--endpoint-url", self.serve(cut))
        self.assertEqual(result.returncode, 255, result.stderr)
        self.assertEqual(list(self.folder.glob("object*")), [])
        result = self.run_virga(*words, "--endpoint-url", self.serve(answer("200 OK", b"y" * 70000)))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(target.read_bytes(), b"y" * 70000)

    def test_a_streamed_input_comes_from_a_file(self) -> None:
        seen: list[bytes] = []

        def serve(connection: socket.socket) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                head += receive(connection)
            head, _, body = head.partition(b"\r\n\r\n")
            if b"100-continue" in head:
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            while len(body) < 300000:
                body += receive(connection)
            seen.append(body)
            connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: "e"\r\n\r\n')

        (self.folder / "data").write_bytes(b"z" * 300000)
        result = self.run_virga(
            "s3api", "put-object", "--bucket", "b", "--key", "k", "--body", "data", "--endpoint-url", self.serve(serve)
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(seen, [b"z" * 300000])
        self.assertEqual(json.loads(result.stdout)["ETag"], '"e"')

    # The right identity, or none.

    def test_a_profile_that_asks_for_a_role_is_not_signed_with_its_keys(self) -> None:
        (self.folder / "config").write_text("[profile r]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = base\n")
        (self.folder / "credentials").write_text("[r]\naws_access_key_id = A\naws_secret_access_key = s\n")
        files = {"AWS_CONFIG_FILE": str(self.folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(self.folder / "credentials")}
        url = self.serve(answer("200 OK", b""))
        result = self.run_virga("--profile", "r", "sts", "get-caller-identity", "--endpoint-url", url, **files)
        self.assert_fails(result, 255, 'The source_profile "base" referenced in the profile "r" does not exist')

    def test_a_closed_standard_output_spoils_no_file(self) -> None:
        target = self.folder / "object"
        subprocess.run(
            ["/bin/sh", "-c", f'"{VIRGA}" --mock s3api get-object --bucket b --key k "{target}" >&-'],
            env=self.env, check=False, capture_output=True, timeout=60,
        )
        self.assertEqual(target.read_bytes(), b"example")

    def test_a_query_that_does_not_compile_calls_nothing(self) -> None:
        url = self.serve(lambda connection: self.fail("a request came"))
        result = self.run_virga("s3api", "create-bucket", "--bucket", "b", "--query", "foo[", "--endpoint-url", url)
        self.assert_fails(result, 252, "Bad value for --query foo[")

    # Retries and signals.

    def test_a_throttled_call_is_tried_again(self) -> None:
        attempts: list[bytes] = []

        def serve(connection: socket.socket) -> None:
            while True:
                attempts.append(read_request(connection))
                status = b"503 Slow Down" if len(attempts) < 3 else b"200 OK"
                body = b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
                connection.sendall(b"HTTP/1.1 " + status + b"\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body)

        result = self.run_virga("sts", "get-caller-identity", "--endpoint-url", self.serve(serve), AWS_MAX_ATTEMPTS="3")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(len(attempts), 3)

    def test_ctrl_c_ends_at_once_with_130(self) -> None:
        started = threading.Event()

        def serve(connection: socket.socket) -> None:
            read_request(connection)
            started.set()
            time.sleep(30)

        process = subprocess.Popen(
            [VIRGA, "sts", "get-caller-identity", "--endpoint-url", self.serve(serve)],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        self.assertTrue(started.wait(20))
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 130)

    def test_signals_that_the_caller_ignores_stay_ignored(self) -> None:
        started = threading.Event()
        released = threading.Event()

        def serve(connection: socket.socket) -> None:
            read_request(connection)
            started.set()
            released.wait(30)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(IDENTITY), IDENTITY))

        def ignore() -> None:  # as nohup and "&" in a script do
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            signal.signal(signal.SIGINT, signal.SIG_IGN)

        process = subprocess.Popen(
            [VIRGA, "sts", "get-caller-identity", "--endpoint-url", self.serve(serve)],
            env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=ignore,
        )
        self.assertTrue(started.wait(20))
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        released.set()
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn(b"123456789012", out)

    def test_an_empty_profile_is_none(self) -> None:
        url = self.serve(answer("200 OK", IDENTITY))
        result = self.run_virga("sts", "get-caller-identity", "--profile", "", "--endpoint-url", url)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_an_output_that_does_not_block_is_waited_for(self) -> None:
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        url = self.serve(answer("200 OK", IDENTITY.replace(b"</Arn>", b"x" * 500_000 + b"</Arn>")))
        process = subprocess.Popen([VIRGA, "sts", "get-caller-identity", "--endpoint-url", url], env=self.env, stdout=write_end)
        os.close(write_end)
        time.sleep(0.3)
        with open(read_end, "rb") as reader:
            self.assertEqual(len(json.loads(reader.read())["Arn"]), 500_000 + len("arn:aws:iam::123456789012:user/a"))
        self.assertEqual(process.wait(20), 0)

    def test_secrets_stay_out_of_debug_output(self) -> None:
        url = self.serve(answer("403 Forbidden", b""))
        result = self.run_virga("--debug", "sts", "get-caller-identity", "--endpoint-url", url, AWS_SESSION_TOKEN="tok-en")
        self.assertIn("attempt 1", result.stderr)
        self.assertNotIn("example-secret", result.stderr)
        self.assertNotIn("tok-en", result.stderr)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
