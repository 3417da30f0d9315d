#!/usr/bin/env python3
"""Listings of many keys: CPU time and peak memory by the number of keys, and when the first byte comes.

The bucket is made up by this program on loopback, a thousand keys a page, about 330 bytes each. curl fetches the same
pages over one connection without reading them: what is above that is the cost of parsing and printing. Compare figures
within one run only.

--stub names a stub server with the options --port and --latency-ms, whose bucket gen-N lists N generated keys and takes
start-after: then listings of ranges at the same time are measured beside one page after the other, too.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

HERE = Path(__file__).resolve().parent
MEASURE = HERE.parent / "build/release/bench/measure"
KEYS_PER_PAGE = 1000
PAGE_MARK = b"PPPPPP"  # is replaced by the page's number

ROWS = b"".join(
    b"<Contents><Key>data/events/dt%%3D2000-01-01/part-%s-%05d-380182a31a5a.parquet</Key>"
    b"<LastModified>2024-01-%02dT13:%02d:49.000Z</LastModified><ETag>&quot;d70d3259e4e1cb6345ceab7e97c2b4b8&quot;</ETag>"
    b"<Size>%d</Size><StorageClass>STANDARD</StorageClass></Contents>"
    % (PAGE_MARK, i, i % 28 + 1, i % 60, 1000 + i * 7919)
    for i in range(KEYS_PER_PAGE)
)


class Bucket(BaseHTTPRequestHandler):
    """A bucket named after its number of pages: /100?..."""

    protocol_version = "HTTP/1.1"
    latency_seconds = 0.0

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        query = parse_qs(url.query)
        pages = int(url.path.strip("/"))
        page = int(query.get("continuation-token", ["1"])[0])
        token = f"<NextContinuationToken>{page + 1}</NextContinuationToken>" if page < pages else ""
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<Prefix></Prefix>{token}<EncodingType>url</EncodingType>"
            f"<IsTruncated>{'true' if token else 'false'}</IsTruncated>"
        ).encode() + ROWS.replace(PAGE_MARK, b"%06d" % page) + b"</ListBucketResult>"
        time.sleep(self.latency_seconds)
        try:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # the client has seen enough
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


def measure(command: list[str], env: dict[str, str], runs: int) -> tuple[float, float]:
    """Median CPU seconds and MiB at the peak."""
    lines = subprocess.run(
        [str(MEASURE), str(runs), *command], env=env, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    samples = [tuple(map(int, line.split())) for line in lines]
    if any(status != 0 for _, _, status in samples):
        raise SystemExit(f"{' '.join(command)} failed")
    return statistics.median(s[0] for s in samples) / 1e6, statistics.median(s[1] for s in samples) / 1024


def parallel(virga: str, stub: str, env: dict[str, str], keys: int) -> None:
    """--parallel beside one page after the other at 20 ms a page: wall-clock time, CPU, memory, and the same output."""
    port = 9951
    server = subprocess.Popen([stub, "--port", str(port), "--latency-ms", "20"], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        env = {**env, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"}
        bucket = f"gen-{keys}"
        for words in (["s3api", "list-objects-v2", "--bucket", bucket, "--stream", "--output", "ndjson"],
                      ["s3", "ls", f"s3://{bucket}", "--recursive"]):
            sums = set()
            for options in ([], ["--parallel"]):
                begun = time.monotonic()
                process = subprocess.Popen([virga, *words, *options], env=env, stdout=subprocess.PIPE)
                digest = hashlib.md5()
                while part := process.stdout.read(1 << 20):
                    digest.update(part)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                sums.add((process.returncode, digest.hexdigest()))
                print(
                    f"{keys:>9,} keys, 20 ms a page  {words[0] + ' ' + words[1]:22} {' '.join(options):10}"
                    f" {time.monotonic() - begun:6.2f} s  {usage.ru_utime + usage.ru_stime:5.2f} s CPU"
                    f"  {usage.ru_maxrss / 1024:6.1f} MiB", flush=True,
                )
            print("the same output" if len(sums) == 1 else f"DIFFERENT OUTPUT: {sums}", flush=True)
    finally:
        server.terminate()
        server.wait()


def first_byte(command: list[str], env: dict[str, str]) -> float:
    start = time.monotonic()
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    os.read(process.stdout.fileno(), 1)
    seconds = time.monotonic() - start
    process.stdout.close()
    process.wait()
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", default=str(HERE.parent / "build/release/virga"))
    parser.add_argument("--keys", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--aws", action="store_true", help="the AWS CLI too, with the smallest number of keys")
    parser.add_argument("--stub", help="a stub server; without it no parallel listings are measured")
    parser.add_argument("--parallel-only", action="store_true", help="nothing but those")
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    env = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example", "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": url,
        "AWS_EC2_METADATA_DISABLED": "true", "VIRGA_CACHE": "off",
    }

    if arguments.stub:
        for keys in arguments.keys:
            parallel(arguments.virga, arguments.stub, env, keys)
    if arguments.parallel_only:
        server.shutdown()
        return

    def words(tool: str, form: str, pages: int) -> list[str]:
        if form == "s3 ls":
            return [tool, "s3", "ls", "--recursive", f"s3://{pages}"]
        return [tool, "s3api", "list-objects-v2", "--bucket", str(pages), "--output", form]

    for keys in arguments.keys:
        pages = keys // KEYS_PER_PAGE
        with tempfile.NamedTemporaryFile("w") as config:
            for page in range(1, pages + 1):
                config.write(f'url="{url}/{pages}?continuation-token={page}"\noutput="/dev/null"\n')
            config.flush()
            cpu, memory = measure(["curl", "-s", "-K", config.name], env, arguments.runs)
            print(f"{keys:>9,} keys  curl, unread    {cpu:7.2f} s CPU  {memory:6.1f} MiB", flush=True)
        for form in ("json", "text", "ndjson", "csv", "yaml", "table", "s3 ls"):
            cpu, memory = measure(words(arguments.virga, form, pages), env, arguments.runs)
            print(f"{keys:>9,} keys  virga {form:10} {cpu:7.2f} s CPU  {memory:6.1f} MiB", flush=True)
        if arguments.aws and keys == min(arguments.keys) and shutil.which("aws"):
            for form in ("json", "text", "s3 ls"):
                cpu, memory = measure(words("aws", form, pages), env, 1)
                print(f"{keys:>9,} keys  aws {form:12} {cpu:7.2f} s CPU  {memory:6.1f} MiB", flush=True)
    Bucket.latency_seconds = 0.2
    for form in ("json", "text", "ndjson", "csv", "yaml", "table", "s3 ls"):
        one, many = (
            statistics.median(first_byte(words(arguments.virga, form, pages), env) for _ in range(5))
            for pages in (1, 100)
        )
        print(f"first byte, 200 ms a page  {form:8} 1 page {one * 1000:6.0f} ms  100 pages {many * 1000:6.0f} ms", flush=True)
    server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
