#!/usr/bin/env python3
"""Tab: CPU and wall time of the program that a shell calls, and of Nushell's completer.

Medians; bash is beside the AWS CLI's aws_completer. Nushell is measured where one is given with --nu (0.114 or later):
warm behind a call before, cold with the plugin's process to be started. Compare within one run only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from whole_process import HERE, MEASURE, environment

LINES = {
    "services": "aws e",
    "operations": "aws ec2 desc",
    "flags": "aws ec2 run-instances --",
    "enum values": "aws ec2 run-instances --instance-type ",
    "names in the cache": "aws ec2 terminate-instances --instance-ids ",
}
WARM, COLD = 20, 60  # what a Tab in Nushell may take, in milliseconds
INSTANCES = "aws ec2 describe-instances"


def report(name: str, command: list[str], env: dict[str, str], runs: int) -> None:
    lines = subprocess.run([str(MEASURE), str(runs), *command], env=env, capture_output=True, text=True, check=True).stdout
    samples = [tuple(map(int, line.split())) for line in lines.splitlines()]
    if any(status != 0 for _, _, status, _ in samples):
        raise SystemExit(f"{' '.join(command)} failed")
    cpu, wall = (statistics.median(sample[i] for sample in samples) / 1000 for i in (0, 3))
    print(f"{name:52} {cpu:8.2f} ms CPU {wall:8.2f} ms", flush=True)


def report_nushell(nu: str, plugin: str, env: dict[str, str], runs: int) -> None:
    shim = HERE.parent / "share/nushell/virga.nu"

    def times(line: str, before: str) -> list[float]:
        """Milliseconds of Tab behind a line, each time behind some code."""
        code = f"""use {shim} *; virga aws {INSTANCES.removeprefix('aws ')} | ignore
            1..{runs} | each {{|| {before}; timeit {{ {json.dumps(line)} | commandline complete --detailed }} }} | into int | to json --raw"""
        done = subprocess.run([nu, "-n", "--plugins", f"[{plugin}]", "-c", code], env=env, capture_output=True, text=True, check=True)
        return [time / 1e6 for time in json.loads(done.stdout)]

    for title, line in LINES.items():
        warm = statistics.median(times(line, f"virga complete {line} | ignore"))
        cold = statistics.median(times(line, "plugin stop virga"))
        met = "met" if warm < WARM and cold < COLD else "missed"
        print(f"{f'nu {title}':52} {warm:8.2f} ms warm {cold:8.2f} ms cold   goal: {WARM} and {COLD} ms, {met}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", default=str(HERE.parent / "build/release/virga"))
    parser.add_argument("--runs", type=int, default=41)
    parser.add_argument("--aws-runs", type=int, default=3, help="0 leaves aws_completer out")
    parser.add_argument("--nu", help="path of a Nushell")
    arguments = parser.parse_args()
    virga, completer = arguments.virga, shutil.which("aws_completer")
    with tempfile.TemporaryDirectory() as home:
        env = environment({"HOME": home, "VIRGA_MOCK": "1", "VIRGA_COMPLETION_TIMEOUT": "0"})
        subprocess.run([virga, *INSTANCES.split()], env=env | {"VIRGA_CACHE": "on"}, stdout=subprocess.DEVNULL, check=True)
        report("/bin/true", ["/bin/true"], env, arguments.runs)
        for title, line in LINES.items():
            bash = env | {"COMP_LINE": line, "COMP_POINT": str(len(line))}
            report(f"virga {title}, bash", [virga, "__completeLine"], bash, arguments.runs)
            words = line.split(" ")[1:]
            report(f"virga {title}, with descriptions", [virga, "__complete", *words], env, arguments.runs)
            if completer and arguments.aws_runs:
                report(f"aws_completer {title}", [completer], bash, arguments.aws_runs)
        if arguments.nu:
            report_nushell(arguments.nu, str(Path(virga).resolve().parent / "nu_plugin_virga"), env, arguments.runs)


if __name__ == "__main__":
    main()
