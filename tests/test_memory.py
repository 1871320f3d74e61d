"""What was freed is the system's again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import os
from pathlib import Path
from metroetl.memory import give_back

def used():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

freed = [bytes(1000) for _ in range(100_000)]
last = bytes(1000)  # what lies behind it can't shrink the heap
del freed
before = used()
give_back()
print(before - used())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library gives back in its own way")
def test_freed_memory_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 50
