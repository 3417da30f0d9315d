#!/usr/bin/env python3
"""virga bulk over real sockets: 2,000 calls at 20 ms, throttled at 50 a second, and 1,000 over TLS.

The service is a stub server with the options --port, --tls-port, --cert-out, --latency-ms, --rps-limit and --burst and the paths
/__stats and /__stats/reset; --stub names it. Figures: wall-clock time beside the least possible, CPU time, peak memory,
and what the server counted.

--memory needs no stub: peak memory by the number of lines, of calls that are made up inside the program (--mock).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORT, TLS_PORT = 9941, 9942


def call(number: int) -> str:
    params = {"TableName": "t", "Key": {"id": {"S": str(number)}}}
    return json.dumps({"service": "dynamodb", "operation": "GetItem", "params": params}) + "\n"


def memory(virga: str, counts: list[int]) -> None:
    """What grows with the lines would be ten times as large in the next row. Threads start as they are of use: each has a stack."""
    with tempfile.TemporaryDirectory() as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}
        calls = Path(folder) / "calls"
        for count in counts:
            with open(calls, "w") as file:
                file.writelines(map(call, range(count)))
            with subprocess.Popen([virga, "--mock", "bulk", calls], env=env, stdout=subprocess.DEVNULL) as process:
                half = threads = 0  # at half of the input, as far as it was seen
                while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
                    status = dict(
                        line.split(":", 1) for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if ":" in line
                    )
                    threads = max(threads, int(status.get("Threads", "0")))
                    read = int(Path(f"/proc/{process.pid}/io").read_text().split()[1])
                    if read < calls.stat().st_size / 2 and "VmHWM" in status:
                        half = int(status["VmHWM"].split()[0])
                    time.sleep(0.1)
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            print(
                f"{count:>9,} lines  peak {usage.ru_maxrss / 1024:5.1f} MiB, {half / 1024:5.1f} in the first half,"
                f" {threads} threads, CPU {usage.ru_utime + usage.ru_stime:.1f} s, exit {process.returncode}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", default=str(HERE.parent / "build/release/virga"))
    parser.add_argument("--stub")
    parser.add_argument("--memory", action="store_true", help="peak memory by the number of lines instead")
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="of --memory")
    parser.add_argument("--calls", type=int, help="a run of this many calls at 20 ms instead")
    arguments = parser.parse_args()
    if arguments.memory:
        memory(arguments.virga, arguments.lines)
        return
    if not arguments.stub:
        parser.error("--stub is needed, or --memory")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)

        def run(title: str, count: int, best: float, stub: list[str], *options: str, tls: bool = False) -> None:
            server = subprocess.Popen(
                [arguments.stub, "--port", str(PORT), "--tls-port", str(TLS_PORT), "--cert-out", str(home / "cert.pem"), *stub],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
            try:
                time.sleep(0.5)
                env = {
                    "PATH": os.environ["PATH"],
                    "HOME": folder,
                    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                    "AWS_SECRET_ACCESS_KEY": "example",
                    "AWS_REGION": "us-east-1",
                    "AWS_EC2_METADATA_DISABLED": "true",
                    "AWS_ENDPOINT_URL": f"https://127.0.0.1:{TLS_PORT}" if tls else f"http://127.0.0.1:{PORT}",
                    "AWS_CA_BUNDLE": str(home / "cert.pem"),
                }
                calls = home / "calls"
                with open(calls, "w") as file:
                    file.writelines(map(call, range(count)))
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/__stats/reset", data=b"").close()
                begun = time.monotonic()
                with subprocess.Popen([arguments.virga, "bulk", calls, *options], env=env, stdout=subprocess.DEVNULL) as process:
                    _, status, usage = os.wait4(process.pid, 0)
                    process.returncode = os.waitstatus_to_exitcode(status)
                took = time.monotonic() - begun
                with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/__stats") as answer:
                    stats = json.load(answer)
                cpu = usage.ru_utime + usage.ru_stime
                print(
                    f"{title:34} {took:6.2f} s ({took / best:.2f} of {best:.2f}), CPU {cpu:5.2f} s ({cpu / count * 1e6:.0f} us a call),"
                    f" {usage.ru_maxrss / 1024:.1f} MiB, exit {process.returncode}, {stats['requests']} requests,"
                    f" {stats['throttled']} throttled, {max(stats['connections'] - 1, stats['tls_connections'])} connections"
                )
            finally:
                server.terminate()
                server.wait()

        slow = ["--latency-ms", "20"]
        if arguments.calls:
            run(f"{arguments.calls} calls at 20 ms", arguments.calls, arguments.calls * 0.02 / 256, slow)
            return
        run("2,000 calls at 20 ms", 2000, 2000 * 0.02 / 256, slow)
        run("the same, once more", 2000, 2000 * 0.02 / 256, slow)
        run("10,000 calls at 20 ms", 10_000, 10_000 * 0.02 / 256, slow)
        for path in (home / ".cache/virga/limits").glob("*"):
            path.unlink()
        metered = [*slow, "--rps-limit", "50", "--burst", "50"]
        run("2,000 calls, 50 a second", 2000, (2000 - 50) / 50, metered)
        run("the same, once more", 2000, (2000 - 50) / 50, metered)
        for path in (home / ".cache/virga/limits").glob("*"):
            path.unlink()
        run("1,000 calls over TLS, 25 in flight", 1000, 1000 * 0.02 / 25, slow, "--max-concurrency", "25", tls=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    main()
