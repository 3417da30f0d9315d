#!/usr/bin/env python3
"""moto_server with a clock that shows the same fraction in every second: numbers of the same length in every run, so that
tables of two runs are equally wide. Arguments are moto_server's."""

from __future__ import annotations

import sys

import moto.core.utils

_now = moto.core.utils.utcnow
moto.core.utils.utcnow = lambda: _now().replace(microsecond=250000)

from moto.server import main  # noqa: E402: it binds utcnow

if __name__ == "__main__":
    main(sys.argv[1:])
