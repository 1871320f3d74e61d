"""LibreOffice for tests: old kinds of files are made by a real office suite."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

FILTERS = {
    "doc": "doc:MS Word 97",
    "xls": "xls:MS Excel 97",
    "rtf": "rtf:Rich Text Format",
    "docx": "docx:MS Word 2007 XML",
}
Convert = Callable[[bytes, str, str], bytes]


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Turns a file (bytes and name) into another kind, such as `doc`; each once."""
    from tests.conftest import missing

    program = shutil.which("soffice")
    if program is None:
        missing("office", "LibreOffice, which makes the old kinds of files, isn't installed")
    folder = tmp_path_factory.mktemp("office")
    made: dict[tuple[bytes, str], bytes] = {}

    def run(data: bytes, name: str, to: str) -> bytes:
        if (data, to) not in made:
            source = folder / f"{len(made)}-{name}"
            source.write_bytes(data)
            command = [str(program), f"-env:UserInstallation={(folder / 'home').as_uri()}", "--headless"]
            command += ["--convert-to", FILTERS.get(to, to), "--outdir", str(folder), str(source)]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            made[data, to] = Path(source).with_suffix(f".{to}").read_bytes()
        return made[data, to]

    return run
