#!/usr/bin/env python3
"""TLS as it is met in the world: HTTP/2 from nginx, and a proxy that is itself reached over TLS.

Skipped (status 77) where nginx or openssl is not installed. Usage: tls_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import base64
import binascii
import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections.abc import Iterator
from pathlib import Path

from receiving import receive

VIRGA = ""
PATH = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
NGINX = shutil.which("nginx", path=PATH)
OPENSSL = shutil.which("openssl", path=PATH)

IDENTITY = (
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn><UserId>U</UserId>"
    "<Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)

CONFIG = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log {folder}/access.log; log_format main '$server_protocol $connection $status';
  access_log {folder}/calls.log main;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port} ssl http2;
    ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;
    default_type text/xml;
    location = / {{ return 200 '{identity}'; }}
    location / {{ root {folder}/files; }}
  }}
}}
"""


def make_certificate(folder: Path) -> None:
    subprocess.run(
        [OPENSSL, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True, capture_output=True,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Tunnels:
    """A proxy over TLS: answers CONNECT, then copies bytes both ways. Loopback only."""

    def __init__(self, folder: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        try:
            with self._context.wrap_socket(plain, server_side=True) as client:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += receive(client)
                self.asked.append(head.split(b"\r\n")[0].decode())
                host, port = head.split()[1].decode().rsplit(":", 1)
                with socket.create_connection((host, int(port))) as upstream:
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    # One direction after the other: TLS sockets of Python are not for two threads.
                    client.settimeout(0.02)
                    upstream.settimeout(0.02)
                    while self._copy(client, upstream) and self._copy(upstream, client):
                        pass
        except (OSError, ValueError):
            pass

    @staticmethod
    def _copy(source: socket.socket, sink: socket.socket) -> bool:
        try:
            data = source.recv(65536)
        except TimeoutError:
            return True
        if data:
            sink.sendall(data)
        return bool(data)

    def close(self) -> None:
        self._listener.close()


class Upload:
    """Takes one HTTP/1.1 request with a body in chunks over TLS, and keeps it. Loopback only."""

    def __init__(self, folder: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}"
        self.headers: dict[str, str] = {}
        self.body = b""
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            plain, _ = self._listener.accept()
            with self._context.wrap_socket(plain, server_side=True) as client:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += receive(client)
                head, _, body = head.partition(b"\r\n\r\n")
                fields = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
                self.headers = {name.lower(): value for name, value in fields}
                if "expect" in self.headers:
                    client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                while not body.endswith(b"\r\n0\r\n\r\n"):  # aws-chunked ends in another way
                    body += receive(client)
                self.body = b"".join(self.chunks(body))
                client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        except OSError:
            pass

    @staticmethod
    def chunks(body: bytes) -> Iterator[bytes]:
        while True:
            size, _, body = body.partition(b"\r\n")
            length = int(size, 16)
            if length == 0:
                return
            yield body[:length]
            body = body[length + 2 :]

    def close(self) -> None:
        self._listener.close()


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls._folder = tempfile.TemporaryDirectory()
        cls.folder = Path(cls._folder.name)
        make_certificate(cls.folder)
        (cls.folder / "files" / "bucket").mkdir(parents=True)
        cls.big = os.urandom(3 << 20)
        (cls.folder / "files" / "bucket" / "key").write_bytes(cls.big)
        cls.folder.chmod(0o755)  # nginx's workers may run as another user
        port = free_port()
        cls.url = f"https://127.0.0.1:{port}"
        (cls.folder / "nginx.conf").write_text(CONFIG.format(folder=cls.folder, port=port, identity=IDENTITY))
        cls.nginx = subprocess.Popen(
            [NGINX, "-p", str(cls.folder), "-c", str(cls.folder / "nginx.conf")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("nginx did not start: " + (cls.folder / "error.log").read_text())

    @classmethod
    def tearDownClass(cls) -> None:
        cls.nginx.send_signal(signal.SIGQUIT)
        cls.nginx.wait(10)
        cls._folder.cleanup()

    def setUp(self) -> None:
        os.truncate(self.folder / "calls.log", 0)  # nginx appends

    def run_virga(self, *words: str, trust: bool = True, **variables: str) -> subprocess.CompletedProcess[bytes]:
        environment = {
            "PATH": PATH, "HOME": str(self.folder), "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_MAX_ATTEMPTS": "1", **variables,
        }
        if trust:
            environment["AWS_CA_BUNDLE"] = str(self.folder / "cert.pem")
        if models := os.environ.get("VIRGA_MODELS"):
            environment["VIRGA_MODELS"] = models
        return subprocess.run([VIRGA, "--endpoint-url", self.url, *words], capture_output=True, env=environment, timeout=60)

    def last_calls(self, count: int) -> list[str]:
        """Protocols of the last calls; nginx writes its log when an answer is out."""
        deadline = time.monotonic() + 5
        while True:
            lines = (self.folder / "calls.log").read_text().splitlines()
            if len(lines) >= count or time.monotonic() > deadline:
                return [line.split()[0] for line in lines[-count:]]
            time.sleep(0.02)

    def test_a_server_that_offers_http2_is_spoken_to_in_http2(self) -> None:
        done = self.run_virga("sts", "get-caller-identity", "--query", "Account", "--output", "text")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"1\n", b""))
        self.assertEqual(self.last_calls(1), ["HTTP/2.0"])

    def test_a_large_body_streams_over_http2(self) -> None:
        out = self.folder / "out"
        done = self.run_virga("s3api", "get-object", "--bucket", "bucket", "--key", "key", str(out))
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(out.read_bytes(), self.big)
        self.assertEqual(self.last_calls(1), ["HTTP/2.0"])

    def test_an_upload_carries_its_checksum_behind_its_body(self) -> None:
        place = Upload(self.folder)
        self.addCleanup(place.close)
        words = ("s3api", "put-object", "--bucket", "b", "--key", "k", "--body", str(self.folder / "files/bucket/key"))
        done = self.run_virga(*words, "--endpoint-url", place.url)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertEqual(place.headers["x-amz-content-sha256"], "STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        self.assertEqual(place.headers["content-encoding"], "aws-chunked")
        self.assertEqual(place.headers["x-amz-trailer"], "x-amz-checksum-crc32")
        self.assertEqual(place.headers["x-amz-decoded-content-length"], str(len(self.big)))
        trailer = place.body[place.body.rindex(b"\r\n0\r\n") + 2 :]
        self.assertTrue(b"".join(Upload.chunks(place.body)) == self.big)
        checksum = base64.b64encode(struct.pack(">I", binascii.crc32(self.big)))
        self.assertEqual(trailer, b"0\r\nx-amz-checksum-crc32:" + checksum + b"\r\n\r\n")

    def test_a_certificate_that_nobody_vouches_for_is_refused(self) -> None:
        done = self.run_virga("sts", "get-caller-identity", trust=False)
        self.assertEqual(done.returncode, 255)
        self.assertIn(b"SSL validation failed", done.stderr)

    def test_verification_can_be_switched_off(self) -> None:
        done = self.run_virga("--no-verify-ssl", "sts", "get-caller-identity", trust=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_proxy_over_tls_tunnels(self) -> None:
        proxy = Tunnels(self.folder)
        self.addCleanup(proxy.close)
        done = self.run_virga("sts", "get-caller-identity", "--query", "Arn", "--output", "text", HTTPS_PROXY=proxy.url)
        self.assertEqual((done.returncode, done.stdout), (0, b"arn:aws:iam::1:user/u\n"), done.stderr)
        self.assertEqual(proxy.asked, [f"CONNECT {self.url[8:]} HTTP/1.1"])


def main() -> None:
    global VIRGA
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    if NGINX is None or OPENSSL is None:
        print("skipped: needs nginx and openssl")
        sys.exit(77)
    unittest.main()


if __name__ == "__main__":
    main()
