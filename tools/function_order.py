#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes cmake/function_order.ld: the functions that common commands enter, for the linker to put side by side.

A page of the program that is touched for the first time costs a fault, and faults are most of what a short command
costs. Names that have gone do no harm and new ones only miss the order, so this is to be run now and then, not after
each change. Needs valgrind and a release build.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VIRGA = ROOT / "build/release/virga"
STARTS = 2  # of the runs: what base/prefault.cpp maps at once
# Objects of libraries that have no section for each function, and that every start or a kept answer enters.
WHOLE = [
    "*libcrypto.a:libcrypto-lib-cpuid.o", "*libcrypto.a:libcrypto-lib-x86_64cpuid.o",
    "*libpugixml.a:*.o", "*libyaml-cpp.a:exp.cpp.o", "*libyaml-cpp.a:parser.cpp.o", "*libyaml-cpp.a:scan*.cpp.o",
    "*libyaml-cpp.a:simplekey.cpp.o", "*libyaml-cpp.a:singledocparser.cpp.o", "*libyaml-cpp.a:tag.cpp.o",
    "*libzstd.a:zstd_common.o",
    "*libzstd.a:zstd_decompress*.o", "*libzstd.a:huf_decompress*.o", "*libzstd.a:fse_decompress.o",
    "*libzstd.a:entropy_common.o", "*libzstd.a:zstd_ddict.o", "*libcrypto.a:libcrypto-lib-sha256*.o",
]
OUT = ROOT / "cmake/function_order.ld"
NAME = re.compile(r"^c?fn=\(\d+\) ([A-Za-z0-9_.$]+)")


def entered(words: list[str], env: dict[str, str], folder: Path) -> set[str]:
    """The mangled names of the functions of one run."""
    out = folder / "calls"
    subprocess.run(
        ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={out}", str(VIRGA), *words],
        env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    return {match[1] for line in out.read_text().splitlines() if (match := NAME.match(line))}


def own_functions() -> dict[str, list[str]]:
    """The names of each function of the program by one of them: constructors have two."""
    lines = subprocess.run(["nm", "--defined-only", str(VIRGA)], capture_output=True, text=True, check=True).stdout
    names: dict[str, list[str]] = {}
    for parts in map(str.split, lines.splitlines()):
        if len(parts) == 3 and parts[1] in "tTwW":
            names.setdefault(parts[0], []).append(parts[2])
    return {name: sorted(same) for same in names.values() for name in same}


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = subprocess.Popen(
            [sys.executable, str(ROOT / "bench/stub_service.py"), "--instances", "20"], stdout=subprocess.PIPE, text=True
        )
        try:
            env = {
                "PATH": os.environ["PATH"],
                "HOME": name,
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{int(server.stdout.readline())}",
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
                "AWS_SECRET_ACCESS_KEY": "example",
                "AWS_DEFAULT_REGION": "us-east-1",
                "VIRGA_CACHE": "on",
            }
            list_instances = ["ec2", "describe-instances", "--max-age", "1h"]
            subprocess.run([str(VIRGA), *list_instances], env=env, check=True, stdout=subprocess.DEVNULL)
            # What every start enters comes first, then what a kept answer does, then what goes to the network.
            runs = [
                entered(["--version"], env, folder),
                entered(list_instances, env, folder),
                entered([*list_instances, "--output", "table", "--query", "Reservations[].Instances[].InstanceId"],
                        env, folder),
                entered(["sts", "get-caller-identity"], env, folder),
                entered(["ec2", "describe-instances", "--no-cache"], env, folder),
            ]
        finally:
            server.kill()
            server.wait()
    own, seen, sections = own_functions(), set(), ["    virga_start_text_begin = .;"]
    for number, run in enumerate(runs):
        if number == STARTS:
            sections += [f"    {name}(.text .text.*)" for name in WHOLE]
            sections.append("    virga_start_text_end = .;")
        names = sorted({same for name in run if name in own for same in own[name]} - seen)
        seen.update(names)
        sections += [f"    *(.text.{name})" for name in names]
    body = "\n".join(sections)
    OUT.write_text(
        "/* Functions that common commands enter, side by side, so that few pages of the program are touched.\n"
        "   Written by tools/function_order.py. */\n"
        f"SECTIONS\n{{\n  .text.common :\n  {{\n{body}\n  }}\n}}\nINSERT BEFORE .text;\n"
    )
    print(f"{len(seen)} functions")
    return 0


if __name__ == "__main__":
    sys.exit(main())
