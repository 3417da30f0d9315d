#!/usr/bin/env python3
"""Whole commands: CPU time (user + system) and peak memory of a process, virga beside curl and aws.

The service is bench/stub_service.py. Figures are medians over the runs; compare within one run only, since machines
differ and are noisy.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
MEASURE = HERE.parent / "build/release/bench/measure"
FLOOR = MEASURE.parent / "kept_floor"
MANY_CALLS = MEASURE.parent / "many_calls"


@contextmanager
def service(*options: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, str(HERE / "stub_service.py"), *options], stdout=subprocess.PIPE, text=True
    )
    try:
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def environment(extra: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    } | extra


def report(name: str, command: list[str], env: dict[str, str], runs: int) -> None:
    if shutil.which(command[0]) is None:
        print(f"{name:44} not installed")
        return
    lines = subprocess.run(
        [str(MEASURE), str(runs), *command], env=env, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    samples = [tuple(map(int, line.split())) for line in lines]
    if any(status != 0 for _, _, status, _ in samples):
        raise SystemExit(f"{' '.join(command)} failed")
    cpu = [sample[0] / 1000 for sample in samples]
    memory = statistics.median(sample[1] for sample in samples)
    print(f"{name:44} {statistics.median(cpu):9.2f} ms CPU (min {min(cpu):.2f})  {memory / 1024:6.1f} MiB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--virga", default=str(HERE.parent / "build/release/virga"))
    parser.add_argument("--runs", type=int, default=41)
    parser.add_argument("--aws-runs", type=int, default=3, help="0 leaves aws out")
    arguments = parser.parse_args()
    virga, runs, aws_runs = arguments.virga, arguments.runs, arguments.aws_runs

    def both(title: str, words: list[str], env: dict[str, str], count: int) -> None:
        report(f"virga {title}", [virga, *words], env, count)
        if aws_runs:
            report(f"aws {title}", ["aws", *words], env, aws_runs)

    report("/bin/true", ["/bin/true"], environment({}), runs)
    both("--version", ["--version"], environment({}), runs)
    with service("--instances", "20") as port:
        url = f"http://127.0.0.1:{port}"
        env = environment({"AWS_ENDPOINT_URL": url})
        both("sts get-caller-identity, http", ["sts", "get-caller-identity"], env, runs)
        report("curl, the same", ["curl", "-s", "-d", "Action=GetCallerIdentity", url], env, runs)
        both("ec2 describe-instances, 20", ["ec2", "describe-instances"], env, runs)
        many = env | {"VIRGA_MODELS": str(Path(virga).parent / "models.pack")}
        report("virga's library, 10,000 sequential calls", [str(MANY_CALLS), url, "10000"], many, 3)
    with tempfile.TemporaryDirectory() as folder, service("--tls", folder) as port:
        url = f"https://localhost:{port}"
        bundle = str(Path(folder) / "cert.pem")
        env = environment({"AWS_ENDPOINT_URL": url, "AWS_CA_BUNDLE": bundle})
        both("sts get-caller-identity, https", ["sts", "get-caller-identity"], env, runs)
        report("curl, the same", ["curl", "-s", "--cacert", bundle, "-d", "Action=GetCallerIdentity", url], env, runs)
    with service("--instances", "10000") as port:
        env = environment({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}"})
        both("ec2 describe-instances, 10,000 in 100 pages", ["ec2", "describe-instances"], env, max(3, runs // 10))
    # Answers that are printed as 4 KB and as 1 MB.
    for size, instances in (("4 KB", 2), ("1 MB", 380)):
        with tempfile.TemporaryDirectory() as home, service("--instances", str(instances), "--page", "1000") as port:
            env = environment({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}", "HOME": home, "VIRGA_CACHE": "on"})
            words = ["ec2", "describe-instances"]
            printed = subprocess.run([virga, *words], env=env, capture_output=True, check=True).stdout
            title = f"describe-instances, {size} ({len(printed) / 1000:.1f} kB)"
            report(f"virga {title}, kept", [virga, *words], env, runs)
            plain, packed = Path(home) / "plain", Path(home) / "packed"
            plain.write_bytes(printed)
            subprocess.run([str(FLOOR), str(plain), str(packed)], check=True)
            report("a static program that unpacks it", [str(FLOOR), str(packed)], env, runs)
            both(f"{title}, asked", words, env | {"VIRGA_CACHE": "off"}, runs)


if __name__ == "__main__":
    main()
