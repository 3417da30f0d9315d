# SPDX-License-Identifier: Apache-2.0
"""Whether a program is built with a sanitizer: its memory says nothing then, and address limits stop it."""

from __future__ import annotations

from pathlib import Path


def is_sanitized(program: str) -> bool:
    data = Path(program).read_bytes()
    return b"__asan_init" in data or b"__tsan_init" in data
