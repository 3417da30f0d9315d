# SPDX-License-Identifier: Apache-2.0
"""Bytes from a client."""

from __future__ import annotations

import socket


def receive(connection: socket.socket, size: int = 65536) -> bytes:
    """At least one byte; an error where the client has left, so that nobody waits for more without end."""
    received = connection.recv(size)
    if not received:
        raise ConnectionResetError
    return received
