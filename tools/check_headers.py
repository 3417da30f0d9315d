#!/usr/bin/env python3
"""Proves that every header of src/ includes what it uses.

The build proves it for a header whose .cpp of the same name includes it first; the others are compiled alone.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GENERATED = ROOT / "build/headers"


def proven_by_build(header: Path) -> bool:
    source = header.with_suffix(".cpp")
    if not source.exists():
        return False
    first = re.search(r'^#include\s+(\S+)', source.read_text(), re.MULTILINE)
    return first is not None and first[1] == f'"{header.relative_to(ROOT / "src")}"'


def compile_alone(header: Path) -> str:
    command = [
        "c++", "-std=c++20", "-fsyntax-only", "-x", "c++", "-w",
        "-I", str(ROOT / "src"), "-isystem", str(GENERATED), str(header),
    ]
    launcher = ["ccache"] if shutil.which("ccache") else []
    result = subprocess.run(launcher + command, capture_output=True, text=True)
    return "" if result.returncode == 0 else f"{header.relative_to(ROOT)}:\n{result.stderr}"


def main() -> int:
    GENERATED.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["flatc", "--cpp", "--cpp-std", "c++17", "--gen-mutable", "-o", str(GENERATED), str(ROOT / "src/model/pack.fbs")],
        check=True,
    )
    headers = sorted((ROOT / "src").rglob("*.hpp"))
    lone = [header for header in headers if not proven_by_build(header)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [text for text in pool.map(compile_alone, lone) if text]
    print("\n".join(problems) or f"headers: {len(lone)} of {len(headers)} compiled alone, the others come first in their .cpp")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
