#!/usr/bin/env python3
"""--paginate-all: the pages of reads whose models have page tokens but no paginator.

Usage: paginate_all_test.py VIRGA [unittest options]
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from scratch import scratch_folder

VIRGA = ""
PAGES = 3
LIST = ("athena", "list-executors", "--session-id", "s")  # NextToken, MaxResults; the answer has more than the list
ALL = (*LIST, "--paginate-all")
IDS = [f"e{i}" for i in range(2 * PAGES)]


class Service(ThreadingHTTPServer):
    """Athena's ListExecutors, two a page, and cloudfront's ListFunctions; keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[dict[str, object]] = []
        self.paths: list[str] = []
        self.stuck = False  # always the same token
        self.broken_at = 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        pass  # a reader that has enough leaves in the middle of an answer


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(request)
        page = int(request.get("NextToken", "1"))
        if page == self.server.broken_at:
            self.answer(400, json.dumps({"__type": "InvalidRequestException", "Message": "no more"}))
            return
        rows = [{"ExecutorId": f"e{i}", "ExecutorState": "CREATED"} for i in range(2 * page - 2, 2 * page)]
        answer: dict[str, object] = {"SessionId": "s", "ExecutorsSummary": rows}
        if self.server.stuck or page < PAGES:
            answer["NextToken"] = "1" if self.server.stuck else str(page + 1)
        self.answer(200, json.dumps(answer))

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        last = "Marker=2" in self.path
        items = "".join(
            f"<FunctionSummary><Name>f{i}</Name><FunctionConfig><Comment/><Runtime>r</Runtime></FunctionConfig>"
            "<FunctionMetadata><FunctionARN>a</FunctionARN><LastModifiedTime>2024-01-01T00:00:00Z</LastModifiedTime>"
            "</FunctionMetadata></FunctionSummary>" for i in ([2] if last else [0, 1]))
        marker = "" if last else "<NextMarker>2</NextMarker>"
        self.answer(200, f"<FunctionList>{marker}<MaxItems>2</MaxItems><Quantity>2</Quantity><Items>{items}</Items>"
                         "</FunctionList>")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


class PaginateAllTest(unittest.TestCase):
    def setUp(self) -> None:
        self.home = str(scratch_folder(self.addCleanup))
        self.service = Service()
        self.addCleanup(self.service.server_close)
        self.addCleanup(self.service.shutdown)

    def run_virga(self, *words: str, status: int = 0, **variables: str) -> subprocess.CompletedProcess[str]:
        env = {"HOME": self.home, "PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "us-east-1",
               "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example", "VIRGA_CACHE": "off",
               "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.service.server_port}"}
        for name in ("VIRGA_MODELS", "LD_LIBRARY_PATH", "ASAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        run = subprocess.run([VIRGA, *words], env=env | variables, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                             timeout=60, check=False)
        self.assertEqual(run.returncode, status, run.stderr)
        return run

    def result(self, *words: str) -> dict[str, object]:
        return json.loads(self.run_virga(*words).stdout)

    def ids(self, result: object) -> list[str]:
        return [row["ExecutorId"] for row in result["ExecutorsSummary"]]  # type: ignore[index]

    def test_without_it_one_page_is_printed_as_it_came(self) -> None:
        result = self.result(*LIST)
        self.assertEqual((self.ids(result), result["NextToken"], len(self.service.asked)), (IDS[:2], "2", 1))
        refused = self.run_virga(*LIST, "--max-items", "3", status=252)
        self.assertIn("Unknown options: --max-items, 3", refused.stderr)

    def test_all_pages_become_one_result(self) -> None:
        result = self.result(*ALL)
        self.assertEqual(self.ids(result), IDS)
        self.assertEqual({k: v for k, v in result.items() if k != "ExecutorsSummary"}, {"SessionId": "s"})
        self.assertEqual([r.get("NextToken") for r in self.service.asked], [None, "2", "3"])

    def test_options_of_pagination(self) -> None:
        cut = self.result(*ALL, "--max-items", "3", "--page-size", "9")
        self.assertEqual(self.ids(cut), IDS[:3])
        self.assertEqual([r.get("MaxResults") for r in self.service.asked], [9, 9])
        token = cut["NextToken"]
        self.assertEqual(json.loads(base64.b64decode(str(token))), {"NextToken": "2", "boto_truncate_amount": 1})
        self.assertEqual(self.ids(self.result(*ALL, "--starting-token", str(token))), IDS[3:])
        self.assertEqual(self.ids(self.result(*ALL, "--starting-token", "3")), IDS[4:])
        with self.subTest("as where a paginator is, a token of the service's own or --no-paginate ends it"):
            self.assertEqual(self.ids(self.result(*ALL, "--next-token", "2")), IDS[2:4])
            self.assertEqual(self.ids(self.result(*ALL, "--no-paginate")), IDS[:2])
        self.service.asked.clear()
        self.assertEqual(self.ids(self.result(*ALL, "--max-results", "5")), IDS)  # a limit is the size of a page
        self.assertEqual([r.get("MaxResults") for r in self.service.asked], [5] * PAGES)

    def test_every_format_has_all_items(self) -> None:
        for form in ("json", "text", "table", "yaml", "yaml-stream", "ndjson", "csv"):
            with self.subTest(form):
                out = self.run_virga(*ALL, "--output", form).stdout
                self.assertEqual([i for i in IDS if i in out], IDS)
                self.assertNotIn("NextToken: '2'" if form != "yaml-stream" else "\0", out)
        self.assertEqual(self.run_virga(*ALL, "--output", "ndjson").stdout.count("\n"), len(IDS))

    def test_query_and_stream(self) -> None:
        self.assertEqual(self.result(*ALL, "--query", "ExecutorsSummary[].ExecutorId"), IDS)
        self.assertEqual(self.result(*ALL, "--query", "length(ExecutorsSummary)"), len(IDS))
        self.service.asked.clear()
        self.assertEqual(self.result(*ALL, "--query", "ExecutorsSummary[0].ExecutorId"), IDS[0])
        self.assertLess(len(self.service.asked), PAGES)  # one page is read ahead at most
        streamed = self.run_virga(*ALL, "--stream", "--output", "ndjson", "--query", "ExecutorId").stdout
        self.assertEqual([json.loads(line) for line in streamed.splitlines()], IDS)

    def test_a_token_that_comes_twice_ends_it(self) -> None:
        self.service.stuck = True
        run = self.run_virga(*ALL, status=255)
        self.assertIn("Error during pagination: The same next token was received twice: {'NextToken': '1'}", run.stderr)
        self.assertEqual(len(self.service.asked), 2)

    def test_an_error_on_the_way_is_an_error(self) -> None:
        self.service.broken_at = 2
        run = self.run_virga(*ALL, status=254)
        self.assertIn("(InvalidRequestException) when calling the ListExecutors operation: no more", run.stderr)

    def test_lists_within_a_structure(self) -> None:
        command = ("cloudfront", "list-functions", "--paginate-all")
        self.assertEqual(self.result(*command, "--query", "FunctionList.Items[].Name"), ["f0", "f1", "f2"])
        self.assertIn("Marker=2", self.service.paths[-1])
        whole = self.result(*command)
        self.assertEqual(list(whole["FunctionList"]), ["Items"])  # what is about one page is left out
        self.service.paths.clear()
        self.result(*command, "--page-size", "2", "--max-items", "1")
        self.assertIn("MaxItems=2", self.service.paths[-1])

    def test_a_cached_page_is_not_the_whole(self) -> None:
        kept = {"VIRGA_CACHE": "on"}
        command = ("cloudfront", "list-functions", "--query", "FunctionList.Items[].Name", "--max-age", "1h")
        for words, names, requests in (((), ["f0", "f1"], 1), (("--paginate-all",), ["f0", "f1", "f2"], 2),
                                       (("--paginate-all",), ["f0", "f1", "f2"], 2), ((), ["f0", "f1"], 2)):
            self.assertEqual(json.loads(self.run_virga(*command, *words, **kept).stdout), names)
            self.assertLessEqual(len(self.service.paths), requests + 1)

    def test_writes_and_operations_with_a_paginator_stay_as_they_are(self) -> None:
        same = ("athena", "list-data-catalogs", "--paginate-all")
        self.assertEqual(self.result("explain", *same)["pagination"]["source"], "the model's paginator")
        write = self.result("explain", "dynamodb", "execute-statement", "--statement", "x", "--paginate-all")
        self.assertEqual(write["pagination"], {"paginated": False})

    def test_explain_says_it(self) -> None:
        hint = self.result("explain", *LIST)["pagination"]
        self.assertFalse(hint["paginated"])
        self.assertIn("--paginate-all", hint["note"])
        told = self.result("explain", *ALL)["pagination"]
        self.assertEqual(told, {"paginated": True, "source": "page tokens of the model (--paginate-all)",
                                "result_keys": ["ExecutorsSummary"], "input_tokens": ["NextToken"],
                                "output_tokens": ["NextToken"], "limit_key": "MaxResults"})

    def test_mocks_end(self) -> None:
        run = self.run_virga("--mock", *ALL)
        self.assertNotIn("NextToken", json.loads(run.stdout))


if __name__ == "__main__":
    VIRGA = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
