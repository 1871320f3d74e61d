"""Memory that nobody uses goes back to the system."""

from __future__ import annotations

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Let the C library return what was freed (glibc's malloc_trim, malloc.h; elsewhere nothing happens).

    It keeps freed memory for the thread that had it: what the threads of a harvest leave is no use to the gate.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
