#!/usr/bin/env python3
"""Writes the Unicode tables of src/output from this Python's unicodedata.

Usage: unicode_tables.py FOLDER
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

HEAD = "// SPDX-License-Identifier: Apache-2.0\n// From Unicode {version}, by tools/unicode_tables.py.\n"


def wide_ranges() -> list[tuple[int, int]]:
    """Characters that the AWS CLI's tables count as two columns: wide, full-width and ambiguous ones."""
    ranges: list[tuple[int, int]] = []
    for point in range(sys.maxunicode + 1):
        if unicodedata.east_asian_width(chr(point)) not in "WFA":
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1] = (ranges[-1][0], point)
        else:
            ranges.append((point, point))
    return ranges


def upper_rows() -> tuple[list[tuple[int, int, int, int]], list[tuple[int, str]]]:
    """Rows (first, last, stride, distance) beyond ASCII, and characters whose upper case is several."""
    rows: list[list[int]] = []
    several: list[tuple[int, str]] = []
    for point in range(0x80, sys.maxunicode + 1):
        upper = chr(point).upper()
        if upper == chr(point):
            continue
        if len(upper) > 1:
            several.append((point, upper))
            continue
        distance = ord(upper) - point
        if rows and rows[-1][3] == distance:
            first, last, stride, _ = rows[-1]
            step = point - last
            if step <= 2 and (stride == step or first == last):
                rows[-1] = [first, point, step, distance]
                continue
        rows.append([point, point, 1, distance])
    return [tuple(row) for row in rows], several  # type: ignore[misc]


def escaped(text: str) -> str:
    return "".join(f"\\x{byte:02X}" for byte in text.encode())


def main() -> None:
    folder = Path(sys.argv[1])
    head = HEAD.format(version=unicodedata.unidata_version)
    wide = "".join(f"WIDE(0x{first:X}, 0x{last:X})\n" for first, last in wide_ranges())
    (folder / "wide.def").write_text(head + wide)
    rows, several = upper_rows()
    upper = "".join(f"UPPER(0x{first:X}, 0x{last:X}, {stride}, {distance})\n" for first, last, stride, distance in rows)
    more = "".join(f'UPPER_TEXT(0x{point:X}, "{escaped(text)}")\n' for point, text in several)
    (folder / "upper.def").write_text(head + upper + more)


if __name__ == "__main__":
    main()
