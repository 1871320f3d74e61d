"""The disk of the archive: a small file system of its own where that is allowed, so that it can really be full."""

from __future__ import annotations

import errno
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

BLOCK = b"\0" * 65_536


class Disk:
    """A folder on a tmpfs of its own, else a plain one (`real` is False then, and it can't be filled)."""

    def __init__(self, folder: Path, days: int) -> None:
        self.folder, self.real = folder, False
        self._megabytes = 24 + days // 4

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        size = f"size={self._megabytes}m"
        command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(self.folder)]
        try:
            self.real = subprocess.run(command, capture_output=True, check=False).returncode == 0
        except FileNotFoundError:
            self.real = False
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.real:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)

    @property
    def _filler(self) -> Path:
        return self.folder / "filler"

    def fill(self) -> None:
        """Write until there is no space left."""
        if not self.real:
            return
        try:
            with self._filler.open("wb") as file:
                while True:
                    file.write(BLOCK)
                    file.flush()
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise

    def free(self) -> None:
        """Make room again."""
        self._filler.unlink(missing_ok=True)
