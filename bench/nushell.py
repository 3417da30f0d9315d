#!/usr/bin/env python3
"""The plugin in Nushell: what it adds to the start of a shell, rows a second, the first row, memory, completion.

Usage: bench/nushell.py NU [--plugin build/release/nu_plugin_virga] [--rows 1000000]

The service is a process of its own that makes each page once. CPU time is that of shell and plugin together.
"""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import resource
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

PAGE = 1000
REFERENCE_ROW = 6.7  # µs of CPU for a row of four fields, from a plugin that does nothing else, window 100 to 1000


class Listing(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rows = 0
    pause = 0.0
    sent = None  # time at which the first page was sent
    contents = "".join(
        f"<Contents><Key>data/part-{i:05}.parquet</Key><LastModified>2024-01-24T13:54:49.000Z</LastModified>"
        f"<ETag>&quot;d70d3259e4e1cb6345ceab7e97c2b4b8&quot;</ETag><Size>{i * 1000}</Size></Contents>"
        for i in range(PAGE)
    )

    def do_GET(self) -> None:
        query = dict(part.partition("=")[::2] for part in self.path.partition("?")[2].split("&"))
        first = int(query.get("continuation-token") or 0)
        if first:
            time.sleep(self.pause)
        more = first + PAGE < self.rows
        token = f"<NextContinuationToken>{first + PAGE}</NextContinuationToken>" if more else ""
        body = (
            f"<ListBucketResult><Name>b</Name><IsTruncated>{str(more).lower()}</IsTruncated>{token}{self.contents}"
            "</ListBucketResult>"
        ).encode()
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        if not first:
            self.sent.value = time.monotonic()

    def log_message(self, *_: object) -> None:
        pass


def serve(port, sent, rows: int, pause: float) -> None:
    Listing.rows, Listing.pause, Listing.sent = rows, pause, sent
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    port.send(server.server_port)
    server.serve_forever()


class Service:
    def __init__(self, rows: int, pause: float = 0.0) -> None:
        self.sent = multiprocessing.Value("d", 0.0)
        here, there = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=serve, args=(there, self.sent, rows, pause), daemon=True)
        self.process.start()
        self.url = f"http://127.0.0.1:{here.recv()}"

    def close(self) -> None:
        self.process.kill()
        self.process.join()


def cpu_of(command: list[str], env: dict[str, str]) -> tuple[float, float, str]:
    """CPU seconds and wall seconds of a command with its children, and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    result = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, result.stdout


def watch_memory(root: int, peak: dict[str, int], done: threading.Event) -> None:
    """The largest resident size of a process and of its children, by program."""
    while not done.wait(0.05):
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
                if int(folder.name) == root or int(status["PPid"]) == root:
                    name = status["Name"].strip()
                    peak[name] = max(peak.get(name, 0), int(status["VmHWM"].split()[0]))
            except (OSError, KeyError, ValueError):
                continue


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("nu")
    parser.add_argument("--plugin", default=str(Path(__file__).resolve().parent.parent / "build/release/nu_plugin_virga"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=21)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        env = {
            "PATH": os.environ["PATH"], "HOME": home, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "example",
            "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }
        if "VIRGA_MODELS" in os.environ:
            env["VIRGA_MODELS"] = os.environ["VIRGA_MODELS"]
        registry = f"{home}/plugins.msgpackz"
        empty = f"{home}/empty.nu"
        Path(empty).touch()
        bare = [arguments.nu, "--no-std-lib", "--config", empty, "--env-config", empty]
        adding = f"plugin add --plugin-config {registry} {arguments.plugin}"
        subprocess.run([arguments.nu, "-n", "-c", adding], env=env, check=True)
        starts: dict[str, list[float]] = {"without": [], "with": []}
        for _ in range(arguments.runs):
            starts["without"].append(cpu_of([*bare, "--plugin-config", f"{home}/none", "-c", "1"], env)[0])
            starts["with"].append(cpu_of([*bare, "--plugin-config", registry, "-c", "1"], env)[0])
        plain, added = (statistics.median(starts[name]) * 1000 for name in ("without", "with"))
        print(f"start of a shell: {plain:.1f} ms CPU, with the plugin in its registry {added - plain:+.1f} ms")

        plugged = [arguments.nu, "-n", "--plugins", f"[{arguments.plugin}]", "-c"]
        service = Service(arguments.rows)
        listing = "virga aws s3api list-objects-v2 --bucket b"
        idle = cpu_of([*plugged, "virga debug types | ignore"], env | {"AWS_ENDPOINT_URL": service.url})[0]
        peak: dict[str, int] = {}
        done = threading.Event()
        began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
        shell = subprocess.Popen(
            [*plugged, f"{listing} | length"], env=env | {"AWS_ENDPOINT_URL": service.url}, stdout=subprocess.PIPE, text=True
        )
        watcher = threading.Thread(target=watch_memory, args=(shell.pid, peak, done))
        watcher.start()
        counted = int(shell.communicate()[0])
        wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        done.set()
        watcher.join()
        service.close()
        assert counted == arguments.rows, counted
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime - idle
        print(
            f"{arguments.rows:,} rows into length: {wall:.1f} s, {cpu / arguments.rows * 1e6:.1f} µs of CPU a row "
            f"(a plugin that does nothing else: {REFERENCE_ROW}); peak "
            + ", ".join(f"{name} {size / 1024:.0f} MiB" for name, size in sorted(peak.items()))
        )

        late = []
        for _ in range(5):
            service = Service(10 * PAGE, pause=5.0)
            shell = subprocess.Popen(
                [*plugged, f"{listing} | first | get Key"], env=env | {"AWS_ENDPOINT_URL": service.url}, stdout=subprocess.PIPE
            )
            assert shell.stdout
            shell.stdout.read(1)
            late.append((time.monotonic() - service.sent.value) * 1000)
            shell.communicate()
            service.close()
        print(f"the first row stands there {statistics.median(late):.1f} ms after its page was sent")


if __name__ == "__main__":
    main()
