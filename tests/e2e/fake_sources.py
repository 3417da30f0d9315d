"""Local stand-ins for the services that credentials come from: STS, the single sign-on portal and its OIDC service,
the instance metadata service, and a container's credential endpoint. One server plays them all and keeps a record."""

from __future__ import annotations

import json
import threading
import time
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


def stamp(seconds_ahead: float) -> str:
    moment = datetime.now(timezone.utc) + timedelta(seconds=seconds_ahead)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Fake:
    """Answers are made by the methods; a test changes the attributes to change them."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str], dict[str, str]]] = []  # what, parameters, headers
        self.lifetime = 3600.0  # of what is handed out, in seconds
        self.delay = 0.0  # before STS answers
        self.clock_ahead = 0.0  # of the server's clock
        self.sts_error: tuple[int, str, str] | None = None
        self.sso_status = 200
        self.oidc_status = 200
        self.imds_token_status = 200
        self.imds_fails = 0  # so many requests are answered with 500
        self.role_answer: bytes | None = None
        self.container_answer: tuple[int, bytes] | None = None
        self.container_token = ""
        self._count = 0
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                pass

            def date_time_string(self, timestamp: float | None = None) -> str:
                return super().date_time_string((timestamp or time.time()) + fake.clock_ahead)

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                status, kind, answer = fake.answer(self.command, self.path, dict(self.headers), body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_GET = do_POST = do_PUT = handle_any

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, what: str) -> int:
        return sum(1 for name, _, _ in self.requests if name == what)

    def last(self, what: str) -> tuple[dict[str, str], dict[str, str]]:
        return next((params, headers) for name, params, headers in reversed(self.requests) if name == what)

    def next_key(self) -> str:
        with self._lock:
            self._count += 1
            return f"FAKEKEY{self._count:04d}"

    def record(self, what: str, params: dict[str, str], headers: dict[str, str]) -> None:
        with self._lock:
            self.requests.append((what, params, headers))

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        url = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path.startswith("/latest/"):
            return self.metadata(method, url.path, headers)
        if url.path == "/federation/credentials":
            return self.portal(query, headers)
        if url.path == "/token":
            return self.oidc(json.loads(body), headers)
        if url.path.startswith("/container"):
            return self.container(url.path, headers)
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return self.sts(form, headers)

    def sts(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, str, bytes]:
        action = form.get("Action", "")
        self.record(action, form, headers)
        if self.delay and action != "GetCallerIdentity":
            time.sleep(self.delay)
        if self.sts_error and action != "GetCallerIdentity":
            status, code, message = self.sts_error
            return status, "text/xml", (
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
                "<RequestId>r</RequestId></ErrorResponse>"
            ).encode()
        if self.clock_ahead:
            signed = datetime.strptime(headers.get("X-Amz-Date", "19700101T000000Z"), "%Y%m%dT%H%M%SZ")
            now = datetime.utcnow() + timedelta(seconds=self.clock_ahead)
            if "Authorization" in headers and abs((signed - now).total_seconds()) > 300:
                return 403, "text/xml", (
                    b"<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired: too old"
                    b"</Message></Error><RequestId>r</RequestId></ErrorResponse>"
                )
        if action == "GetCallerIdentity":
            authorization = headers.get("Authorization", "")
            key = authorization.partition("Credential=")[2].partition("/")[0]
            token = headers.get("X-Amz-Security-Token", "")
            result = f"<UserId>{key}</UserId><Account>123456789012</Account><Arn>arn:aws:sts::123456789012:{token}</Arn>"
        else:
            key = self.next_key()
            expiration = stamp(self.lifetime + self.clock_ahead)
            role = form.get("RoleArn", "").rpartition("/")[2]
            result = (
                f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>"
                f"<SessionToken>token-{key}</SessionToken><Expiration>{expiration}</Expiration></Credentials>"
                f"<AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId>"
                f"<Arn>arn:aws:sts::123456789012:assumed-role/{role}/x</Arn></AssumedRoleUser>"
            )
        text = (
            f'<{action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{action}Result>{result}</{action}Result>'
            f"<ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
        )
        return 200, "text/xml", text.encode()

    def portal(self, query: dict[str, str], headers: dict[str, str]) -> tuple[int, str, bytes]:
        self.record("GetRoleCredentials", query, headers)
        if self.sso_status != 200:
            return self.sso_status, "application/json", json.dumps(
                {"message": "Session token not found or invalid", "__type": "UnauthorizedException"}
            ).encode()
        key = self.next_key()
        answer = {
            "roleCredentials": {
                "accessKeyId": key,
                "secretAccessKey": "secret",
                "sessionToken": "token-" + key,
                "expiration": int((time.time() + self.lifetime) * 1000),
            }
        }
        return 200, "application/json", json.dumps(answer).encode()

    def oidc(self, form: dict[str, str], headers: dict[str, str]) -> tuple[int, str, bytes]:
        self.record("CreateToken", form, headers)
        if self.delay:
            time.sleep(self.delay)
        if self.oidc_status != 200:
            return self.oidc_status, "application/json", json.dumps(
                {"error": "invalid_grant", "error_description": "Invalid refresh token provided"}
            ).encode()
        answer = {
            "accessToken": "renewed-" + self.next_key(),
            "expiresIn": 28800,
            "refreshToken": "next-refresh-token",
            "tokenType": "Bearer",
        }
        return 200, "application/json", json.dumps(answer).encode()

    def metadata(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
        what = {
            "/latest/api/token": "imds-token",
            "/latest/meta-data/placement/availability-zone/": "imds-zone",
            "/latest/meta-data/iam/security-credentials/": "imds-role",
        }.get(path, "imds-credentials")
        self.record(what, {"method": method, "path": path}, headers)
        if self.imds_fails > 0:
            self.imds_fails -= 1
            return 500, "text/plain", b""
        if what == "imds-token":
            return self.imds_token_status, "text/plain", b"imds-session"
        if self.imds_token_status == 200 and headers.get("x-aws-ec2-metadata-token", "") != "imds-session":
            return 401, "text/plain", b""
        if what == "imds-zone":
            return 200, "text/plain", b"eu-south-2b"
        if what == "imds-role":
            return 200, "text/plain", b"instance-role"
        if self.role_answer is not None:
            return 200, "application/json", self.role_answer
        return 200, "application/json", json.dumps(self.keys()).encode()

    def keys(self) -> dict[str, str]:
        key = self.next_key()
        return {
            "Code": "Success",
            "AccessKeyId": key,
            "SecretAccessKey": "secret",
            "Token": "token-" + key,
            "Expiration": stamp(self.lifetime),
        }

    def container(self, path: str, headers: dict[str, str]) -> tuple[int, str, bytes]:
        self.record("container", {"path": path}, headers)
        if self.container_answer is not None:
            return self.container_answer[0], "application/json", self.container_answer[1]
        if self.container_token and headers.get("Authorization") != self.container_token:
            return 403, "application/json", b"no"
        return 200, "application/json", json.dumps(self.keys()).encode()
