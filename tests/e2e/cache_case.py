"""What the tests of the cache share: a service that counts, and a home folder of its own for each test."""

from __future__ import annotations

import http.server
import json
import os
import subprocess
import threading
import time
import unittest
import urllib.parse
from pathlib import Path

from scratch import scratch_folder


class Service(http.server.ThreadingHTTPServer):
    """A stand-in for AWS that counts what it is asked and answers with the count."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.lock = threading.Lock()
        self.calls: list[str] = []
        self.delay = 0.0
        self.released = threading.Event()  # answers wait for it
        self.released.set()
        self.down = False
        self.fail_with: tuple[int, bytes] | None = None
        self.pages = 1
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # killed clients are part of the tests


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def log_message(self, *_: object) -> None:
        pass

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        service = self.server
        form = urllib.parse.parse_qs(body.decode(errors="replace"))
        target = self.headers.get("X-Amz-Target", "")
        action = form.get("Action", [target.rpartition(".")[2] or self.path])[0]
        with service.lock:
            service.calls.append(action)
            number = len(service.calls)
            fail_with = service.fail_with
        time.sleep(service.delay)
        service.released.wait(50)
        if service.down:
            self.close_connection = True
            return
        status, kind, text = 200, "text/xml", ""
        if fail_with:
            status, text = fail_with[0], fail_with[1].decode()
        elif action == "DescribeInstances":
            page = int(form.get("NextToken", ["0"])[0])
            token = f"<nextToken>{page + 1}</nextToken>" if page + 1 < service.pages else ""
            text = (
                '<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationSet><item>'
                f"<reservationId>r-{number}</reservationId><ownerId>111122223333</ownerId><instancesSet><item>"
                f"<instanceId>i-{page}</instanceId></item></instancesSet></item></reservationSet>{token}"
                "</DescribeInstancesResponse>"
            )
        elif action == "RunInstances":
            text = '<RunInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><reservationId>r-new</reservationId></RunInstancesResponse>'
        elif action == "ListUsers":
            text = (
                '<ListUsersResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListUsersResult><Users><member>'
                f"<UserName>u{number}</UserName></member></Users><IsTruncated>false</IsTruncated></ListUsersResult>"
                "</ListUsersResponse>"
            )
        elif action == "CreateUser":
            text = (
                '<CreateUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><CreateUserResult><User>'
                "<UserName>new</UserName></User></CreateUserResult></CreateUserResponse>"
            )
        elif action == "GetSecretValue":
            kind, text = "application/x-amz-json-1.1", json.dumps({"Name": "s", "SecretString": "hush-hush"})
        elif action == "GetParameter":
            kind = "application/x-amz-json-1.1"
            text = json.dumps({"Parameter": {"Name": "p", "Type": "SecureString", "Value": "hush-hush"}})
        elif action == "DescribeTable":
            kind, text = "application/x-amz-json-1.0", json.dumps({"Table": {"TableName": f"t{number}"}})
        elif action == "GetMetricData" or action == "ListQueues":
            kind, text = "application/x-amz-json-1.0", json.dumps({"QueueUrls": [f"q{number}"]})
        payload = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_POST = do_PUT = answer


READ = ("ec2", "describe-instances")


class CacheCase(unittest.TestCase):
    virga = ""  # the program that is tested

    def setUp(self) -> None:
        self.home = scratch_folder(self.addCleanup)
        self.root = self.home / ".cache/virga"
        self.service = Service()
        self.addCleanup(self.service.server_close)
        self.addCleanup(self.service.shutdown)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ENDPOINT_URL": self.service.url,
            "VIRGA_CACHE": "on",
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def environment(self, env: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in (self.env | env).items() if value != "-"}

    def run_virga(self, *words: str, **env: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.virga, *words], env=self.environment(env), cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=120, check=False,
        )

    def ok(self, *words: str, **env: str) -> str:
        result = self.run_virga(*words, **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def calls(self) -> int:
        return len(self.service.calls)

    def entries(self) -> list[Path]:
        skipped = {"tmp", "flight", "ledger", "epochs"}
        return [
            path for path in self.root.rglob("*")
            if path.is_file() and path.relative_to(self.root).parts[0] not in skipped
        ]
