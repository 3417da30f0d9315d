#!/usr/bin/env python3
"""The plugin in Nushell: what it adds to the start of a shell, rows a second, the first row, memory, bodies, Ctrl-C.

Usage: bench/nushell.py NU [--plugin build/release/nu_plugin_virga] [--rows 1000000]

The service is a process of its own that makes each page once. CPU time is that of shell and plugin together. Each figure
stands beside its goal; a busy machine misses some. bench/completion.py measures Tab.
"""

from __future__ import annotations

import argparse
import http.server
import multiprocessing
import os
import resource
import signal
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path

PAGE = 1000
BODY = bytes(range(256)) * (256 << 10)  # 64 MiB
SHIM = Path(__file__).resolve().parent.parent / "share/nushell/virga.nu"


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

    def do_POST(self) -> None:
        """A call that takes long."""
        self.sent.value = time.time_ns()
        time.sleep(30)

    def do_GET(self) -> None:
        if not self.path.partition("?")[2].count("list-type"):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY)
            return
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
            self.sent.value = time.time_ns()

    def log_message(self, *_: object) -> None:
        pass


def serve(port, sent, rows: int, pause: float) -> None:
    Listing.rows, Listing.pause, Listing.sent = rows, pause, sent
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listing)
    port.send(server.server_port)
    server.serve_forever()


class Service:
    def __init__(self, rows: int, pause: float = 0.0) -> None:
        self.sent = multiprocessing.Value("q", 0)
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


def verdict(met: bool, goal: str) -> str:
    return f"   goal: {goal}, {'met' if met else 'missed'}"


class Shell:
    """How the shell is called: without a configuration, with the plugin."""

    def __init__(self, nu: str, plugin: str, env: dict[str, str]) -> None:
        self.nu, self.plugin, self.env = nu, plugin, env
        self.plugged = [nu, "-n", "--plugins", f"[{plugin}]", "-c"]

    def seconds(self, code: str, before: str = "virga debug types | ignore") -> float:
        """Of some code in a shell whose plugin runs."""
        done = subprocess.run([*self.plugged, f"{before}; timeit {{ {code} }} | into int"], env=self.env, check=True,
                              capture_output=True, text=True)
        return int(done.stdout.split()[-1]) / 1e9


def report_starts(shell: Shell, home: str, runs: int) -> None:
    registry, empty = f"{home}/plugins.msgpackz", f"{home}/empty.nu"
    Path(empty).touch()
    bare = [shell.nu, "--no-std-lib", "--config", empty, "--env-config", empty]
    subprocess.run([shell.nu, "-n", "-c", f"plugin add --plugin-config {registry} {shell.plugin}"], env=shell.env, check=True)
    ways = {
        "without": ["--plugin-config", f"{home}/none", "-c", "1"],
        "plugin": ["--plugin-config", registry, "-c", "1"],
        "shim": ["--plugin-config", registry, "-c", f"use {SHIM} *; 1"],
    }
    starts: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, words in ways.items():
            starts[way].append(cpu_of([*bare, *words], shell.env)[0])
    plain, plugin, shim = (statistics.median(starts[way]) * 1000 for way in ways)
    print(f"start of a shell: {plain:.1f} ms CPU")
    print(f"  with the plugin in its registry {plugin - plain:+.1f} ms" + verdict(plugin - plain < 10, "under 10 ms more"))
    print(f"  and with the shim {shim - plugin:+.1f} ms" + verdict(shim - plugin < 10, "under 10 ms more"))


def report_streams(shell: Shell) -> None:
    """What a reader that has enough waits for, bodies, and calls side by side."""
    pause = 0.5
    service = Service(10 * PAGE, pause=pause)
    shell.env = shell.env | {"AWS_ENDPOINT_URL": service.url}
    first = statistics.median(shell.seconds("virga aws s3api list-objects-v2 --bucket b | first 3 | ignore") for _ in range(5))
    print(f"first 3 of {10 * PAGE:,} rows, pages {pause * 1000:.0f} ms apart: {first * 1000:.0f} ms"
          + verdict(first < pause + 0.05, "a page's time + 50 ms"))
    target = Path(shell.env["HOME"]) / "body"
    body = statistics.median(shell.seconds(f"virga aws s3api get-object --bucket b --key k | save -f {target}") for _ in range(5))
    assert target.read_bytes() == BODY
    pace = len(BODY) / 1e6 / body
    print(f"a body of 64 MiB into a file: {pace:.0f} MB/s" + verdict(pace > 50, "over 50 MB/s"))
    service.close()
    slept = shell.seconds("1..8 | par-each --threads 8 {|| virga debug sleep 500ms} | ignore")
    print(f"8 calls of 500 ms side by side: {slept * 1000:.0f} ms" + verdict(slept < 1, "under 1 s"))


def report_interrupt(shell: Shell) -> None:
    """Ctrl-C: from the signal to the end of the shell that waited for a call of 30 s."""
    late = []
    for _ in range(5):
        service = Service(0)
        env = shell.env | {"AWS_ENDPOINT_URL": service.url}
        waiting = subprocess.Popen([*shell.plugged, "virga aws dynamodb list-tables"], env=env, stderr=subprocess.DEVNULL,
                                   stdin=subprocess.DEVNULL)
        while not service.sent.value:
            time.sleep(0.01)
        time.sleep(0.1)
        began = time.monotonic()
        waiting.send_signal(signal.SIGINT)
        waiting.wait()
        late.append((time.monotonic() - began) * 1000)
        service.close()
    median = statistics.median(late)
    print(f"Ctrl-C ends a call of 30 s within {median:.0f} ms" + verdict(median < 200, "under 200 ms"))


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
        shell_with = Shell(arguments.nu, arguments.plugin, env)
        report_starts(shell_with, home, arguments.runs)
        plugged = shell_with.plugged
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
        ceiling = shell_with.seconds(f"virga debug rows {arguments.rows} | length")
        print(
            f"{arguments.rows:,} rows into length: {wall:.1f} s, {cpu / arguments.rows * 1e6:.1f} µs of CPU a row "
            f"(rows without a service: {ceiling:.1f} s, ratio {wall / ceiling:.2f}); peak "
            + ", ".join(f"{name} {size / 1024:.0f} MiB" for name, size in sorted(peak.items()))
            + verdict(wall < 10 and all(size < 100_000_000 / 1024 for size in peak.values()), "under 10 s, each under 100 MB")
        )

        late = []
        for _ in range(5):
            service = Service(10 * PAGE, pause=5.0)
            # The time is that of the row in the pipeline: what nu prints comes later.
            shell = subprocess.run(
                [*plugged, f"{listing} | each {{|| date now | into int }} | first"],
                env=env | {"AWS_ENDPOINT_URL": service.url}, check=True, capture_output=True, text=True,
            )
            late.append((int(shell.stdout) - service.sent.value) / 1e6)
            service.close()
        row = statistics.median(late)
        print(f"the first row stands there {row:.1f} ms after its page was sent" + verdict(row < 20, "under 20 ms"))
        report_streams(shell_with)
        report_interrupt(shell_with)


if __name__ == "__main__":
    main()
