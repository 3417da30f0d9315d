"""A fast stand-in for DynamoDB that counts: for tests with very many calls."""

from __future__ import annotations

import asyncio
import collections
import json
import ssl
import threading


class BulkService:
    """Answers GetItem and PutItem with the key that was asked for. Fields may be changed while it runs."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.delay = 0.0
        self.missing: set[str] = set()  # keys that are refused for good
        self.shaky: set[str] = set()  # keys whose first request fails with 500
        self.rate: float | None = None  # a token bucket, a second
        self.asked: collections.Counter[str] = collections.Counter()
        self.hosts: collections.Counter[str] = collections.Counter()
        self.throttled = 0
        self.in_flight = self.most_in_flight = self.connections = 0
        self._tokens, self._filled = 50.0, 0.0
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(context, started), daemon=True)
        self._thread.start()
        started.wait()
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"

    def _run(self, context: ssl.SSLContext | None, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(
            asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context, backlog=1024)
        )
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.01))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def forget(self) -> None:
        self.asked.clear()
        self.hosts.clear()
        self.throttled = self.most_in_flight = self.connections = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
                headers = {}
                for line in head[1:]:
                    name, _, value = line.partition(":")
                    headers[name.lower()] = value.strip()
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                try:
                    if self.delay:
                        await asyncio.sleep(self.delay)
                    status, answer = self._answer(headers, json.loads(body))
                finally:
                    self.in_flight -= 1
                text = json.dumps(answer).encode()
                writer.write(
                    b"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\nx-amzn-RequestId: r-1\r\n"
                    b"Content-Length: %d\r\n\r\n%s" % (status, len(text), text)
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError, ssl.SSLError):
            pass
        finally:
            writer.close()

    def _has_token(self) -> bool:
        now = self._loop.time()
        if self.rate is None:
            return True
        self._tokens = min(50.0, self._tokens + (now - self._filled) * self.rate)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _answer(self, headers: dict[str, str], body: dict) -> tuple[int, dict]:
        key = (body.get("Key") or body.get("Item") or {}).get("id", {}).get("S", "")
        if not self._has_token():
            self.throttled += 1
            return 400, {"__type": "com.amazonaws.dynamodb#ThrottlingException", "message": "Rate exceeded"}
        self.asked[key] += 1
        self.hosts[headers.get("authorization", "").partition("/dynamodb/")[0].rpartition("/")[2]] += 1
        if key in self.missing:
            return 400, {"__type": "com.amazonaws.dynamodb#ResourceNotFoundException", "message": f"no {key}"}
        if key in self.shaky and self.asked[key] == 1:
            return 500, {"__type": "InternalServerError", "message": "try again"}
        if headers["x-amz-target"].endswith("PutItem"):
            return 200, {}
        return 200, {"Item": {"id": {"S": key}}}
