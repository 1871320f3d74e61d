"""LibreOffice for tests: old kinds of files are made by a real office suite."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256

import pytest
from filelock import FileLock

FILTERS = {
    "doc": "doc:MS Word 97",
    "xls": "xls:MS Excel 97",
    "rtf": "rtf:Rich Text Format",
    "docx": "docx:MS Word 2007 XML",
}
Convert = Callable[[bytes, str, str], bytes]


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Convert:
    """Turns a file (bytes and name) into another kind, such as `doc`; each once for all processes of a test run."""
    from tests.conftest import missing, of_the_run

    program = shutil.which("soffice")
    if program is None:
        missing("office", "LibreOffice, which makes the old kinds of files, isn't installed")
    profile, made = tmp_path_factory.mktemp("office"), of_the_run(tmp_path_factory) / "office"
    made.mkdir(exist_ok=True)

    def run(data: bytes, name: str, to: str) -> bytes:
        folder = made / f"{sha256(data).hexdigest()}-{to}"
        result = (folder / name).with_suffix(f".{to}")
        with FileLock(f"{folder}.lock"):
            if not result.exists():
                folder.mkdir(exist_ok=True)
                (folder / name).write_bytes(data)
                command = [str(program), f"-env:UserInstallation={profile.as_uri()}", "--headless"]
                command += ["--convert-to", FILTERS.get(to, to), "--outdir", str(folder), str(folder / name)]
                subprocess.run(command, check=True, capture_output=True, timeout=120)
            return result.read_bytes()

    return run
