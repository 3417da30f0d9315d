#!/usr/bin/env python3
"""Listings of several pages: rows as they come, readers that are slow or leave, memory, queries that need no more.

Usage: listing_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
from bisect import bisect_left, bisect_right
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

from sanitized import is_sanitized
from scratch import scratch_folder

VIRGA = ""
SANITIZED = len(sys.argv) > 1 and is_sanitized(sys.argv[1])
KEYS_PER_PAGE = 1000  # of JSON about 300 kB, more than a pipe holds
FORMATS = ("json", "text", "table", "yaml", "yaml-stream", "ndjson", "csv")


def key(index: int) -> str:
    return f"data/part-{index:08d}.parquet"


class Pages:
    """ListObjectsV2 on loopback: `pages` pages, whose number is the token. Page `held` waits for `release`."""

    def __init__(self, pages: int, keys_per_page: int = KEYS_PER_PAGE, held: int = 0, broken: int = 0) -> None:
        self.pages, self.keys_per_page, self.held, self.broken = pages, keys_per_page, held, broken
        self.requests = 0
        self.release = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.release.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while self._answer(connection):
                    pass
            except OSError:
                pass

    def _answer(self, connection: socket.socket) -> bool:
        head = b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return False
            head += received
        target = head.split(b" ")[1].decode()
        self.requests += 1
        page = int(target.split("continuation-token=")[1].split("&")[0]) if "continuation-token=" in target else 1
        if page == self.held:
            self.release.wait(60)
        status, body = ("403 Forbidden", b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
        if page != self.broken:
            status, body = "200 OK", self._page(page)
        connection.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        return True

    def _page(self, page: int) -> bytes:
        last = page == self.pages
        rows = "".join(
            f"<Contents><Key>{key(i)}</Key><LastModified>2024-01-24T13:54:49.000Z</LastModified>"
            f"<ETag>&quot;d70d3259e4e1cb6345ceab7e97c2b4b8&quot;</ETag><Size>{i}</Size>"
            "<StorageClass>STANDARD</StorageClass></Contents>"
            for i in range((page - 1) * self.keys_per_page, page * self.keys_per_page)
        )
        token = "" if last else f"<NextContinuationToken>{page + 1}</NextContinuationToken>"
        return (
            '<?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>'
            f"<Prefix></Prefix><IsTruncated>{str(not last).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"
        ).encode()


class Bucket(ThreadingHTTPServer):
    """ListObjectsV2 of `keys` on loopback, in order, `page` at once; keys behind `broken` are refused."""

    daemon_threads = True

    def __init__(self, keys: list[str], page: int = 10, broken: str = "", latency: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), BucketHandler)
        self.keys, self.page, self.broken, self.latency = sorted(keys, key=str.encode), page, broken, latency
        self.encoded = [key.encode() for key in self.keys]
        self.requests: list[dict[str, str]] = []
        self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """A client that has left."""

    def close(self) -> None:
        self.shutdown()
        self.server_close()


class BucketHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one go: no waiting for an acknowledgement in between
    server: Bucket

    def do_GET(self) -> None:
        bucket = self.server
        query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        with bucket.lock:
            bucket.requests.append(query)
            bucket.in_flight += 1
            bucket.most_in_flight = max(bucket.most_in_flight, bucket.in_flight)
        time.sleep(bucket.latency)
        prefix, size = query.get("prefix", ""), min(bucket.page, int(query.get("max-keys", "1000")))
        first = bisect_right(bucket.encoded, query.get("start-after", "").encode())
        first = max(first, bisect_left(bucket.encoded, prefix.encode()))
        if "continuation-token" in query:
            first = int(query["continuation-token"])
        keys = bucket.keys[first : first + size]
        keys = [key for key in keys if key.startswith(prefix)]
        after = bucket.keys[first + size : first + size + 1]
        more = bool(after) and after[0].startswith(prefix)
        status = 403 if bucket.broken and keys and keys[-1] >= bucket.broken else 200
        body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        if status == 200:
            token = f"<NextContinuationToken>{first + size}</NextContinuationToken>" if more else ""
            rows = "".join(
                f"<Contents><Key>{quote(key)}</Key><LastModified>2024-01-24T13:54:49.000Z</LastModified>"
                f"<ETag>&quot;d7&quot;</ETag><Size>{len(key)}</Size>"
                + ("<Owner><ID>me</ID></Owner>" if key.endswith("7") else "")
                + "<StorageClass>STANDARD</StorageClass></Contents>"
                for key in keys
            )
            body = (
                f"<ListBucketResult><Name>b</Name><EncodingType>url</EncodingType>"
                f"<IsTruncated>{str(more).lower()}</IsTruncated>{token}{rows}</ListBucketResult>"
            )
        with bucket.lock:
            bucket.in_flight -= 1
        self.send_response(status)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


class ListingTest(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = scratch_folder(self.addCleanup)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "example-secret",
            "AWS_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
            "TZ": "UTC",
        }
        for name in ("VIRGA_MODELS", "ASAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]

    def serve(self, *arguments: int, **options: int) -> Pages:
        pages = Pages(*arguments, **options)
        self.addCleanup(pages.close)
        return pages

    def start(self, pages: Pages | Bucket, *words: str, command: tuple[str, ...] = ()) -> subprocess.Popen:
        command = command or ("s3api", "list-objects-v2", "--bucket", "b")
        process = subprocess.Popen(
            [VIRGA, *command, "--endpoint-url", pages.url, *words],
            env=self.env, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )

        def clean() -> None:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()

        self.addCleanup(clean)
        return process

    def output(self, pages: Pages | Bucket, *words: str, command: tuple[str, ...] = ()) -> str:
        process = self.start(pages, *words, command=command)
        out, err = process.communicate(timeout=60)
        self.assertEqual((process.returncode, err), (0, b""))
        return out.decode()

    def bucket(self, keys: list[str], **options: object) -> Bucket:
        bucket = Bucket(keys, **options)
        self.addCleanup(bucket.close)
        return bucket

    def assert_ends_silently(self, process: subprocess.Popen) -> None:
        self.assertEqual(process.wait(timeout=20), 0)
        self.assertEqual(process.stderr.read(), b"")

    # Rows as they come.

    def test_rows_are_there_before_the_next_page_is(self) -> None:
        for output in FORMATS:
            with self.subTest(output):
                pages = self.serve(2, 5, held=2)
                process = self.start(pages, "--output", output)
                seen = b""
                while key(4).encode() not in seen:
                    received = os.read(process.stdout.fileno(), 65536)
                    self.assertTrue(received, seen)
                    seen += received
                pages.release.set()
                rest, _ = process.communicate(timeout=20)
                self.assertIn(key(9).encode(), rest)
                self.assertEqual(process.returncode, 0)

    def test_s3_ls_prints_a_page_before_the_next_one(self) -> None:
        pages = self.serve(2, 5, held=2)
        process = self.start(pages, "--recursive", command=("s3", "ls", "s3://b"))
        lines = [process.stdout.readline() for _ in range(5)]
        self.assertEqual(lines[4], b"2024-01-24 13:54:49          4 " + key(4).encode() + b"\n")
        pages.release.set()
        rest, _ = process.communicate(timeout=20)
        self.assertEqual(len(rest.splitlines()), 5)

    def test_many_pages_print_what_one_page_would(self) -> None:
        for output in ("json", "ndjson", "csv"):
            with self.subTest(output):
                self.assertEqual(
                    self.output(self.serve(6, 5), "--output", output), self.output(self.serve(1, 30), "--output", output)
                )
        for output in ("json", "table", "yaml"):
            with self.subTest(output, compat="v2"):
                self.assertEqual(
                    self.output(self.serve(6, 5), "--compat", "v2", "--output", output),
                    self.output(self.serve(1, 30), "--compat", "v2", "--output", output),
                )
        for query in ("Contents[].Key", "Contents[?Size > `7`].[Key, Size]", "Contents[3].Key", "length(Contents)",
                      "Contents[].Size | [-1]", "max_by(Contents, &Size).Key", "Contents[:7].Key"):
            for output in ("json", "text", "table", "yaml", "ndjson", "csv"):
                with self.subTest(query, output=output):
                    words = ("--query", query, "--output", output)
                    if output == "table" and "Contents[" in query and "|" not in query and query.endswith(("Key", "]")):
                        continue  # a table for each page
                    self.assertEqual(self.output(self.serve(6, 5), *words), self.output(self.serve(1, 30), *words))

    def test_a_page_that_fails_leaves_what_was_printed(self) -> None:
        process = self.start(self.serve(4, 5, broken=3), "--output", "ndjson")
        out, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 254)
        self.assertEqual(len(out.splitlines()), 10)
        self.assertIn(b"AccessDenied", err)

    # Readers.

    def test_a_reader_that_leaves_ends_the_fetching(self) -> None:
        for output in FORMATS:
            with self.subTest(output):
                pages = self.serve(50)
                process = self.start(pages, "--output", output)
                self.assertTrue(process.stdout.readline())
                process.stdout.close()
                self.assert_ends_silently(process)
                self.assertLessEqual(pages.requests, 3)

    def test_a_reader_that_leaves_ends_the_request_in_flight(self) -> None:
        pages = self.serve(3, 5, held=2)
        process = self.start(pages, "--output", "ndjson")
        for _ in range(5):
            self.assertTrue(process.stdout.readline())
        process.stdout.close()
        self.assert_ends_silently(process)
        self.assertFalse(pages.release.is_set())

    def test_a_slow_reader_stops_the_fetching(self) -> None:
        pages = self.serve(50)
        process = self.start(pages, "--output", "text")
        self.assertTrue(process.stdout.readline())
        time.sleep(1)
        self.assertLessEqual(pages.requests, 2)
        out, _ = process.communicate(timeout=60)
        self.assertEqual(pages.requests, 50)
        self.assertIn(key(49999).encode(), out)

    def test_a_query_of_all_is_not_asked_of_a_part(self) -> None:
        pages = self.serve(50)
        process = self.start(pages, "--query", "length(Contents)")
        process.stdout.close()
        self.assert_ends_silently(process)
        self.assertLess(pages.requests, 50)

    def test_ctrl_c_ends_a_listing_with_130(self) -> None:
        pages = self.serve(3, 5, held=2)
        process = self.start(pages, "--output", "ndjson")
        self.assertTrue(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
        self.assertEqual(process.returncode, 130)

    def test_a_killed_listing_leaves_the_cache_as_it_was(self) -> None:
        self.env["VIRGA_CACHE"] = "on"
        pages = self.serve(3, 5, held=2)
        process = self.start(pages, "--output", "ndjson")
        self.assertTrue(process.stdout.readline())
        process.kill()
        process.wait()
        pages.release.set()
        self.assertEqual(len(self.output(pages, "--output", "ndjson").splitlines()), 15)

    # Queries and limits that need no more.

    def test_what_needs_the_first_pages_alone_asks_for_no_more(self) -> None:
        for query in ("Contents[0].Key", "Contents[:3].Key", "Contents[].Key | [0]", "Contents[?Size >= `2`] | [:2]"):
            with self.subTest(query):
                pages = self.serve(3, 5, held=2)
                self.assertTrue(self.output(pages, "--query", query))
        pages = self.serve(50, 5)
        self.output(pages, "--query", "Contents[7].Key")
        self.assertLessEqual(pages.requests, 3)
        pages = self.serve(50, 5)
        self.assertEqual(len(json.loads(self.output(pages, "--max-items", "7"))["Contents"]), 7)
        self.assertEqual(pages.requests, 2)

    # Items.

    def test_stream_prints_items(self) -> None:
        pages = self.serve(3, 2)
        whole = json.loads(self.output(pages))["Contents"]
        lines = self.output(pages, "--stream", "--output", "ndjson").splitlines()
        self.assertEqual([json.loads(line) for line in lines], whole)
        decoder, text, items = json.JSONDecoder(), self.output(pages, "--stream"), []
        while text:
            item, end = decoder.raw_decode(text)
            items.append(item)
            text = text[end:].lstrip()
        self.assertEqual(items, whole)
        self.assertEqual(
            self.output(pages, "--stream", "--output", "text", "--query", "Key").splitlines(),
            [item["Key"] for item in whole],
        )
        self.assertEqual(
            self.output(pages, "--stream", "--output", "csv", "--query", "[Key, Size]").splitlines(),
            [f"{item['Key']},{item['Size']}" for item in whole],
        )
        self.assertEqual(len(self.output(pages, "--stream", "--output", "text").splitlines()), 6)

    def test_stream_refuses_what_it_cannot_do(self) -> None:
        for words in (("--output", "table"), ("--output", "yaml")):
            process = self.start(self.serve(1), "--stream", *words)
            _, err = process.communicate(timeout=20)
            self.assertEqual(process.returncode, 252)
            self.assertIn(b"--stream prints json, text, ndjson or csv.", err)
        process = self.start(self.serve(1), "--stream", command=("sts", "get-caller-identity"))
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 252)
        self.assertIn(b"no list of items", err)

    # Ranges of keys at the same time.

    def test_parallel_prints_what_one_page_after_the_other_does(self) -> None:
        kinds = {
            "folders": [f"data/dt=20{i // 300:02d}-{i // 25 % 12 + 1:02d}/part-{i % 25:05d}" for i in range(1500)],
            "odd": [f"{a}{b}{i}" for a in ("", "a b", "é/", "中", "+&%<") for b in ("", "~", "\x7f") for i in range(40)],
            "few": ["a", "b"],
            "none": [],
        }
        for kind, keys in kinds.items():
            bucket = self.bucket(keys)
            forms = [("--output", output) for output in ("json", "text", "ndjson", "csv")]
            forms += [("--output", "text", "--query", "Owner.ID"), ("--prefix", "data/dt=2003-0"),
                      ("--start-after", "data/dt=2004-05/part-00013"), ("--page-size", "7", "--output", "text")]
            for words in forms:
                with self.subTest(kind, words=words):
                    self.assertEqual(self.output(bucket, "--stream", "--parallel", *words),
                                     self.output(bucket, "--stream", *words))
            with self.subTest(kind, command="s3 ls"):
                ls = ("s3", "ls", "s3://b", "--recursive", "--summarize")
                self.assertEqual(self.output(bucket, "--parallel", command=ls), self.output(bucket, command=ls))

    def test_parallel_asks_for_several_ranges_at_once(self) -> None:
        bucket = self.bucket([f"{i:06d}" for i in range(3000)], latency=0.01)
        self.output(bucket, "--stream", "--parallel", "--output", "ndjson")
        self.assertGreater(bucket.most_in_flight, 3)
        self.assertLessEqual(bucket.most_in_flight, 16)
        bucket = self.bucket([f"{i:06d}" for i in range(600)], latency=0.01)
        self.output(bucket, "--stream", "--parallel", "--max-concurrency", "2")
        self.assertLessEqual(bucket.most_in_flight, 2)

    def test_parallel_resumes_where_max_items_ended(self) -> None:
        keys = [f"k/{i:05d}" for i in range(950)]
        for resumed_in_parallel in (True, False):
            bucket, seen, token = self.bucket(keys), [], ()
            while True:
                words = ("--stream", "--max-items", "317", "--output", "text", "--query", "Key", *token)
                flag = ("--parallel",) if resumed_in_parallel or not seen else ()
                out, err = self.start(bucket, *words, *flag).communicate(timeout=60)
                seen += out.decode().split()
                if not err.startswith(b"NextToken: "):
                    self.assertEqual(err, b"")
                    break
                token = ("--starting-token", err.decode().split()[1])
            self.assertEqual(seen, keys)
        whole = base64.b64encode(b'{"ContinuationToken": "20", "boto_truncate_amount": 5}').decode()
        for token in (whole, "20", base64.b64encode(b'{"ContinuationToken": null, "boto_truncate_amount": 10}').decode()):
            words = ("--stream", "--output", "text", "--starting-token", token)
            self.assertEqual(self.output(bucket, *words, "--parallel"), self.output(bucket, *words))
        for words in (("--max-items", "950"), ("--max-items", "0")):
            process = self.start(bucket, "--stream", "--parallel", "--output", "ndjson", *words)
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, len(out.splitlines()), err), (0, int(words[1]), b""))

    def test_parallel_asks_for_no_more_than_max_items_needs(self) -> None:
        bucket = self.bucket([f"{i:06d}" for i in range(5000)])
        process = self.start(bucket, "--stream", "--parallel", "--max-items", "10", "--output", "ndjson")
        out, _ = process.communicate(timeout=60)
        self.assertEqual((len(out.splitlines()), len(bucket.requests)), (10, 1))

    def test_rows_that_could_not_be_written_are_not_passed_over(self) -> None:
        bucket = self.bucket([f"{i:06d}" for i in range(3000)])
        with open("/dev/full", "w") as full:
            result = subprocess.run(
                [VIRGA, "s3api", "list-objects-v2", "--bucket", "b", "--endpoint-url", bucket.url, "--stream", "--parallel"],
                env=self.env, cwd=self.folder, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            )
        self.assertEqual(result.returncode, 255)
        self.assertIn("No space left", result.stderr)
        self.assertNotIn("NextToken", result.stderr)

    def test_a_range_that_fails_is_reported_once_and_in_its_place(self) -> None:
        keys = [f"{i:06d}" for i in range(3000)]
        bucket = self.bucket(keys, broken="001500", latency=0.002)
        process = self.start(bucket, "--stream", "--parallel", "--output", "text", "--query", "Key")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 254)
        printed = out.decode().split()
        self.assertEqual(printed, keys[: len(printed)])
        self.assertGreaterEqual(len(printed), 1490)
        self.assertEqual(err.count(b"AccessDenied"), 1)
        token = err.split(b"NextToken: ")[1].split()[0].decode()
        bucket.broken = ""
        rest = self.output(bucket, "--stream", "--parallel", "--output", "text", "--query", "Key", "--starting-token", token)
        self.assertEqual(printed + rest.split(), keys)

    def test_a_reader_of_a_parallel_listing_may_leave_or_be_slow(self) -> None:
        keys = [f"{i:06d}" + "x" * 200 for i in range(20000)]
        bucket = self.bucket(keys, page=100)
        process = self.start(bucket, "--stream", "--parallel", "--output", "ndjson")
        self.assertTrue(process.stdout.readline())
        asked = -1
        while asked != len(bucket.requests):  # one that does not stop asks for all pages, 200 and more
            asked = len(bucket.requests)
            time.sleep(1)
        self.assertLess(asked, 190)
        process.stdout.close()
        self.assert_ends_silently(process)

    def test_parallel_refuses_what_it_cannot_do(self) -> None:
        bucket = self.bucket(["a"])
        listing = ("s3api", "list-objects-v2", "--bucket", "b")
        for command, words in (
            (listing, ()),
            (listing, ("--stream", "--delimiter", "/")),
            (listing, ("--stream", "--encoding-type", "url")),
            (listing, ("--stream", "--max-keys", "5")),
            (listing, ("--stream", "--continuation-token", "5")),
            (listing, ("--stream", "--no-paginate")),
            (listing, ("--stream", "--offline")),
            (listing, ("--stream", "--regions", "eu-west-1,us-east-1")),
            (("s3api", "list-objects-v2", "--bucket", "b--use1-az4--x-s3"), ("--stream",)),
            (("s3api", "list-objects", "--bucket", "b"), ("--stream",)),
            (listing, ("--stream", "--starting-token", base64.b64encode(b'{"Marker": "a"}').decode())),
            (listing, ("--stream", "--starting-token", base64.b64encode(b'{"StartAfter": 5}').decode())),
            (("s3api", "list-buckets"), ("--stream",)),
            (("sts", "get-caller-identity"), ()),
            (("s3", "ls"), ()),
            (("s3", "ls", "s3://b"), ()),
            (("s3", "presign", "s3://b/k"), ()),
            (("bulk", "calls"), ()),
        ):
            with self.subTest(command=command, words=words):
                process = self.start(bucket, "--parallel", *words, command=command)
                out, err = process.communicate(timeout=20)
                self.assertEqual((process.returncode, out), (252, b""), err)
                self.assertRegex(err, b"--parallel|Bad starting token")
        self.assertEqual(bucket.requests, [])

    def test_parallel_notices_a_service_that_lists_otherwise(self) -> None:
        bucket = self.bucket(["b", "a"])
        bucket.keys.reverse()
        process = self.start(bucket, "--stream", "--parallel")
        out, err = process.communicate(timeout=20)
        self.assertEqual((process.returncode, out), (255, b""))
        self.assertIn(b"Leave the option out", err)

    # Memory.

    def peak_kb(self, pages: int, *words: str, command: tuple[str, ...] = ()) -> int:
        process = self.start(self.serve(pages), *words, command=command)
        while os.read(process.stdout.fileno(), 1 << 20):
            pass
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        return usage.ru_maxrss

    @unittest.skipIf(SANITIZED, "the sanitizer keeps freed memory")
    def test_memory_does_not_grow_with_the_pages(self) -> None:
        for cache in ("off", "on"):
            for output in ("json", "text", "ndjson", "csv"):
                with self.subTest(output, cache=cache):
                    self.env["VIRGA_CACHE"] = cache
                    few = self.peak_kb(10, "--output", output)
                    self.assertLess(self.peak_kb(100, "--output", output), few + 3000)
        few = self.peak_kb(10, command=("s3", "ls", "s3://b"))
        self.assertLess(self.peak_kb(100, command=("s3", "ls", "s3://b")), few + 3000)


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
