#!/usr/bin/env python3
"""What a call does on the wire besides one signed request: sessions, discovery, other signatures, streams of events.

Usage: wire_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import base64
import binascii
import gzip
import http.server
import json
import os
import struct
import subprocess
import sys
import threading
import unittest
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from scratch import scratch_folder

VIRGA = ""


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes

    @property
    def authorization(self) -> str:
        return self.headers.get("authorization", "")


@dataclass
class Answer:
    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Service:
    """Answers by a function of the request, and keeps the requests. Loopback only."""

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        self.requests: list[Request] = []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers, body)
                service.requests.append(request)
                given = respond(request)
                self.send_response_only(given.status)
                for name, value in ({"Content-Length": str(len(given.body))} | given.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(given.body)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def message(headers: dict[str, str], payload: bytes) -> bytes:
    """One message of an event stream."""
    packed = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack(">II", 16 + len(packed) + len(payload), len(packed))
    head = prelude + struct.pack(">I", binascii.crc32(prelude)) + packed + payload
    return head + struct.pack(">I", binascii.crc32(head))


def event(kind: str, payload: object) -> bytes:
    return message(
        {":message-type": "event", ":event-type": kind, ":content-type": "application/json"},
        json.dumps(payload).encode(),
    )


class WireTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "2",
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def serve(self, respond: Callable[[Request], Answer]) -> Service:
        service = Service(respond)
        self.addCleanup(service.close)
        return service

    def run_virga(self, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [VIRGA, *words], env=self.env | env, cwd=self.folder, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=60, check=False,
        )

    def succeed(self, *words: str, **env: str) -> str:
        result = self.run_virga(*words, **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    # Buckets of S3 Express are called in sessions.

    def express(self, request: Request) -> Answer:
        if request.path.endswith("?session"):
            return Answer(
                b"<CreateSessionOutput><Credentials><SessionToken>the-token</SessionToken>"
                b"<SecretAccessKey>the-secret</SecretAccessKey><AccessKeyId>SESSIONKEY</AccessKeyId>"
                b"<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></CreateSessionOutput>"
            )
        return Answer(b"the object")

    def test_an_express_bucket_is_called_in_a_session(self) -> None:
        service = self.serve(self.express)
        words = ("s3api", "get-object", "--bucket", "b--use1-az4--x-s3", "--key", "k", "out", "--endpoint-url", service.url)
        self.succeed(*words)
        opening, call = service.requests
        self.assertEqual(opening.path, "/b--use1-az4--x-s3?session")
        self.assertIn("Credential=AKIDEXAMPLE/", opening.authorization)
        self.assertIn("/us-east-1/s3express/aws4_request", opening.authorization)
        self.assertEqual(call.path, "/b--use1-az4--x-s3/k")
        self.assertIn("Credential=SESSIONKEY/", call.authorization)
        self.assertEqual(call.headers["x-amz-s3session-token"], "the-token")
        self.assertNotIn("x-amz-security-token", call.headers)
        self.assertEqual((self.folder / "out").read_bytes(), b"the object")

    def test_express_sessions_can_be_switched_off(self) -> None:
        service = self.serve(self.express)
        self.succeed(
            "s3api", "head-object", "--bucket", "b--use1-az4--x-s3", "--key", "k", "--endpoint-url", service.url,
            AWS_S3_DISABLE_EXPRESS_SESSION_AUTH="true",
        )
        self.assertEqual([request.path for request in service.requests], ["/b--use1-az4--x-s3/k"])
        self.assertIn("Credential=AKIDEXAMPLE/", service.requests[0].authorization)

    def test_a_session_that_is_refused_is_the_error(self) -> None:
        service = self.serve(lambda _: Answer(b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>", 403))
        result = self.run_virga(
            "s3api", "get-object", "--bucket", "b--use1-az4--x-s3", "--key", "k", "out", "--endpoint-url", service.url
        )
        self.assertEqual(result.returncode, 254)
        self.assertIn("(AccessDenied) when calling the CreateSession operation: no", result.stderr)

    # Endpoints that services name themselves.

    def discovered(self, answers: list[Answer]) -> tuple[Service, Service]:
        """The place that names endpoints, and the endpoint that it names."""
        place = self.serve(lambda _: answers.pop(0))
        named = json.dumps({"Endpoints": [{"Address": place.url, "CachePeriodInMinutes": 5}]}).encode()
        return self.serve(lambda _: Answer(named)), place

    def query(self, service: Service, **env: str) -> subprocess.CompletedProcess[str]:
        return self.run_virga(
            "timestream-query", "cancel-query", "--query-id", "q", AWS_ENDPOINT_URL=service.url, **env
        )

    def test_timestream_is_asked_where_it_wants_to_be_called(self) -> None:
        directory, place = self.discovered([Answer(b'{"CancellationMessage": "done"}')])
        result = self.query(directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout), {"CancellationMessage": "done"})
        self.assertTrue(directory.requests[0].headers["x-amz-target"].endswith(".DescribeEndpoints"))
        self.assertEqual(len(directory.requests), 1)
        self.assertTrue(place.requests[0].headers["x-amz-target"].endswith(".CancelQuery"))
        self.assertEqual(place.requests[0].headers["host"], place.host)

    def test_a_place_that_is_no_longer_right_is_asked_for_again(self) -> None:
        misdirected = Answer(b'{"__type": "InvalidEndpointException", "message": "elsewhere"}', 421)
        directory, place = self.discovered([misdirected, Answer(b"{}")])
        result = self.query(directory)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((len(directory.requests), len(place.requests)), (2, 2))

    def test_without_endpoints_what_demands_them_fails(self) -> None:
        result = self.query(self.serve(lambda _: Answer(b'{"Endpoints": []}')))
        self.assertEqual(result.returncode, 255)
        self.assertIn("Endpoint Discovery failed to refresh the required endpoints.", result.stderr)
        directory, _ = self.discovered([])
        result = self.query(directory, AWS_ENDPOINT_DISCOVERY_ENABLED="false")
        self.assertEqual(result.returncode, 255)
        self.assertIn("Endpoint Discovery is not enabled but this operation requires it.", result.stderr)
        self.assertEqual(directory.requests, [])
        result = self.query(directory, AWS_ENDPOINT_DISCOVERY_ENABLED="maybe")
        self.assertIn("Unsupported configuration value for endpoint_discovery_enabled", result.stderr)

    def test_dynamodb_is_discovered_where_that_is_wished(self) -> None:
        for wish, asked in (("auto", 0), ("true", 1)):
            directory, place = self.discovered([Answer(b"{}")])
            target = place if asked else directory
            self.run_virga(
                "dynamodb", "get-item", "--table-name", "t", "--key", '{"id": {"S": "1"}}',
                AWS_ENDPOINT_URL=directory.url, AWS_ENDPOINT_DISCOVERY_ENABLED=wish,
            )
            self.assertTrue(target.requests[-1].headers["x-amz-target"].endswith(".GetItem"))
            self.assertEqual(len(place.requests), asked)

    def test_an_option_for_the_endpoint_leaves_nothing_to_discover(self) -> None:
        service = self.serve(lambda _: Answer(b"{}"))
        self.succeed("timestream-query", "cancel-query", "--query-id", "q", "--endpoint-url", service.url)
        self.assertTrue(service.requests[0].headers["x-amz-target"].endswith(".CancelQuery"))

    # Signatures.

    def test_the_rule_set_may_ask_for_an_asymmetric_signature(self) -> None:
        service = self.serve(lambda _: Answer(b'{"FailedEntryCount": 0, "Entries": []}'))
        self.succeed(
            "events", "put-events", "--endpoint-id", "abc123.xyz", "--entries", "[{}]", "--endpoint-url", service.url
        )
        request = service.requests[0]
        self.assertTrue(request.authorization.startswith("AWS4-ECDSA-P256-SHA256 "), request.authorization)
        self.assertEqual(request.headers["x-amz-region-set"], "*")

    def test_a_bearer_token_of_the_environment_signs(self) -> None:
        service = self.serve(lambda _: Answer(b'{"modelSummaries": []}'))
        self.succeed(
            "bedrock", "list-foundation-models", "--endpoint-url", service.url, AWS_BEARER_TOKEN_BEDROCK="the-token"
        )
        self.assertEqual(service.requests[0].authorization, "Bearer the-token")

    def test_copies_of_ec2_carry_a_presigned_url(self) -> None:
        service = self.serve(lambda _: Answer(b"<CopySnapshotResponse><snapshotId>s</snapshotId></CopySnapshotResponse>"))
        self.succeed(
            "ec2", "copy-snapshot", "--source-region", "eu-west-1", "--source-snapshot-id", "snap-1",
            "--endpoint-url", service.url,
        )
        form = parse_qs(service.requests[0].body.decode())
        query = parse_qs(urlsplit(form["PresignedUrl"][0]).query)
        self.assertEqual(query["X-Amz-Expires"], ["3600"])
        self.assertIn("/eu-west-1/ec2/aws4_request", query["X-Amz-Credential"][0])
        self.assertEqual(len(query["X-Amz-Signature"][0]), 64)

    def test_a_wrong_clock_is_set_by_the_answer(self) -> None:
        late = Answer(
            b"<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error></ErrorResponse>", 403,
            {"Date": "Fri, 02 Jan 2099 03:04:05 GMT"},
        )
        answers = [late, Answer(b"<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>")]
        service = self.serve(lambda _: answers.pop(0))
        self.succeed("sts", "get-caller-identity", "--endpoint-url", service.url)
        self.assertEqual(service.requests[1].headers["x-amz-date"][:8], "20990102")

    def test_a_bucket_of_another_region_is_followed_once(self) -> None:
        elsewhere = Answer(
            b"<Error><Code>PermanentRedirect</Code><Message>m</Message></Error>", 301, {"x-amz-bucket-region": "eu-west-1"}
        )
        answers = [elsewhere, Answer(b"the object")]
        service = self.serve(lambda _: answers.pop(0))
        words = ("s3api", "get-object", "--bucket", "b", "--key", "k", "out", "--endpoint-url", service.url)
        self.succeed(*words)
        self.assertIn("/eu-west-1/s3/", service.requests[1].authorization)
        answers.extend([elsewhere] * 5)
        result = self.run_virga(*words)
        self.assertEqual(result.returncode, 254, result.stderr)
        self.assertEqual(len(service.requests), 4)

    # Requests.

    def test_some_operations_have_a_prefix_in_their_host(self) -> None:
        proxy = self.serve(lambda _: Answer(b"{}"))
        self.succeed(
            "servicediscovery", "discover-instances", "--namespace-name", "n", "--service-name", "s",
            "--endpoint-url", "http://cloud.test", http_proxy=proxy.url,
        )
        self.assertEqual(proxy.requests[0].headers["host"], "data-cloud.test")
        self.assertEqual(urlsplit(proxy.requests[0].path).netloc, "data-cloud.test")

    def test_large_bodies_are_compressed_where_the_service_takes_it(self) -> None:
        service = self.serve(lambda _: Answer(b"{}"))
        data = [{"MetricName": "m" * 200, "Value": n} for n in range(100)]
        self.succeed(
            "cloudwatch", "put-metric-data", "--namespace", "n", "--metric-data", json.dumps(data),
            "--endpoint-url", service.url,
        )
        request = service.requests[0]
        self.assertEqual(request.headers["content-encoding"], "gzip")
        self.assertIn(b"m" * 200, gzip.decompress(request.body))

    # Streams of events.

    def converse(self, body: bytes) -> subprocess.CompletedProcess[str]:
        service = self.serve(lambda _: Answer(body, 200, {"Content-Type": "application/vnd.amazon.eventstream"}))
        return self.run_virga("bedrock-runtime", "converse-stream", "--model-id", "m", "--endpoint-url", service.url)

    def test_events_are_printed_a_line_each(self) -> None:
        result = self.converse(
            event("messageStart", {"role": "assistant"})
            + event("contentBlockDelta", {"delta": {"text": "hello"}, "contentBlockIndex": 0})
            + event("messageStop", {"stopReason": "end_turn"})
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        self.assertEqual(
            lines[:3],
            [
                {"messageStart": {"role": "assistant"}},
                {"contentBlockDelta": {"delta": {"text": "hello"}, "contentBlockIndex": 0}},
                {"messageStop": {"stopReason": "end_turn"}},
            ],
        )

    def test_an_exception_in_the_stream_is_the_error(self) -> None:
        failure = message(
            {":message-type": "exception", ":exception-type": "throttlingException", ":content-type": "application/json"},
            b'{"message": "slow down"}',
        )
        result = self.converse(event("messageStart", {"role": "assistant"}) + failure)
        self.assertEqual(result.returncode, 254, result.stderr)
        self.assertIn("slow down", result.stderr)
        self.assertIn("messageStart", result.stdout)

    def test_a_damaged_stream_is_an_error_after_its_good_events(self) -> None:
        good = event("messageStart", {"role": "assistant"})
        for rest in (good[:-1] + bytes([good[-1] ^ 1]), good[:20], b"\xff" * 40):
            result = self.converse(good + rest)
            self.assertEqual(result.returncode, 255, result.stderr)
            self.assertNotEqual(result.stderr.strip(), "")
            self.assertEqual(result.stdout.count("messageStart"), 1)

    def test_records_that_s3_selects_go_to_a_file(self) -> None:
        head = {":message-type": "event", ":event-type": "Records", ":content-type": "application/octet-stream"}
        end = message({":message-type": "event", ":event-type": "End"}, b"")
        service = self.serve(lambda _: Answer(message(head, b"a,b\n") + message(head, b"c,d\n") + end))
        self.succeed(
            "s3api", "select-object-content", "--bucket", "b", "--key", "k", "--expression", "select * from s3object",
            "--expression-type", "SQL", "--input-serialization", '{"CSV": {}}', "--output-serialization", '{"CSV": {}}',
            "records", "--endpoint-url", service.url,
        )
        self.assertEqual((self.folder / "records").read_bytes(), b"a,b\nc,d\n")

    def test_uploads_say_their_checksum(self) -> None:
        service = self.serve(lambda _: Answer())
        (self.folder / "data").write_bytes(b"hello")
        self.succeed(
            "s3api", "put-object", "--bucket", "b", "--key", "k", "--body", "data", "--endpoint-url", service.url
        )
        checksum = base64.b64encode(struct.pack(">I", binascii.crc32(b"hello"))).decode()
        self.assertEqual(service.requests[0].headers["x-amz-checksum-crc32"], checksum)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
