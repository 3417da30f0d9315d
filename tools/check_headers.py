#!/usr/bin/env python3
"""Compiles every header of src/ alone, so that each includes what it uses."""

import concurrent.futures
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "build/headers"


def compile_alone(header: Path) -> str:
    command = [
        "c++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-w",
        "-I", str(ROOT / "src"), "-isystem", str(GENERATED), str(header),
    ]
    launcher = ["ccache"] if subprocess.run(["which", "ccache"], capture_output=True).returncode == 0 else []
    result = subprocess.run(launcher + command, capture_output=True, text=True)
    return "" if result.returncode == 0 else f"{header.relative_to(ROOT)}:\n{result.stderr}"


def main() -> int:
    GENERATED.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["flatc", "--cpp", "--cpp-std", "c++17", "--gen-mutable", "-o", str(GENERATED), str(ROOT / "src/model/pack.fbs")],
        check=True,
    )
    headers = sorted((ROOT / "src").rglob("*.hpp"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [text for text in pool.map(compile_alone, headers) if text]
    print("\n".join(problems) or f"headers: {len(headers)} compile alone")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
