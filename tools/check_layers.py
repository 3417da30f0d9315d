#!/usr/bin/env python3
"""Checks that every #include of ours follows src/LAYERS and that subfolders of a module stay private to it."""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"', re.MULTILINE)


def read_layers() -> dict[str, int]:
    lines = [line.split("#")[0].split() for line in (ROOT / "src/LAYERS").read_text().splitlines()]
    return {folder: level for level, folders in enumerate(filter(None, lines)) for folder in folders}


def problems_of(path: Path, layers: dict[str, int]) -> list[str]:
    own = path.relative_to(ROOT / "src").parts[0]
    found = []
    for target in INCLUDE.findall(path.read_text()):
        parts = target.split("/")
        other = parts[0]
        if other not in layers or other == own:
            continue
        if layers[other] >= layers[own]:
            found.append(f"{path.relative_to(ROOT)}: {own} must not include {target}")
        elif len(parts) > 2:
            found.append(f"{path.relative_to(ROOT)}: {target} is private to {other}")
    return found


def main() -> int:
    layers = read_layers()
    files = sorted(p for suffix in ("*.hpp", "*.cpp") for p in (ROOT / "src").rglob(suffix))
    folders = {path.relative_to(ROOT / "src").parts[0] for path in files}
    problems = [f"src/LAYERS lacks {folder}" for folder in sorted(folders - layers.keys())]
    for path in files:
        problems += problems_of(path, layers)
    print("\n".join(problems) or f"layers: {len(files)} files in order")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
