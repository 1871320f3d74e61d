"""Word files of the old kinds (doc, wps, rtf, odt) to a document: LibreOffice converts them to docx.

LibreOffice runs in a profile of its own that runs no macro and follows no link out of the file, in a folder that goes
afterwards, and is stopped after a time.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import io
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.errors import ConverterMissing, Encrypted, Unreadable

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

MEDIA_TYPE = "application/msword"
SECONDS = 120
MAX_CONVERTED = 256 * 1024 * 1024
NOWHERE = "http://127.0.0.1:9"
ENCRYPTED_BIT = 0x01  # of byte 11 of a Word stream (MS-DOC 2.5.2, fEncrypted)
SECURITY = "/org.openoffice.Office.Common/Security/Scripting"
PROFILE = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="{SECURITY}"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="{SECURITY}"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="{SECURITY}"><prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Writer/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
_one_at_a_time = threading.Lock()


def read_old_word(data: bytes, snapshot: Snapshot, source: Source | None = None) -> Document:
    """The document of a doc, wps, rtf or odt.

    Raises ConverterMissing without LibreOffice, Encrypted, Unreadable where it can't be converted, and what `read_docx`
    raises.
    """
    from metroetl.documents.apart import read_apart

    name = snapshot.name or snapshot.url
    if _is_protected(data):
        raise Encrypted(f"{name} opens with a password only")
    document = read_apart("docx", _convert(data, name), snapshot, source)
    return document.model_copy(update={"media_type": MEDIA_TYPE})


def _is_protected(data: bytes) -> bool:
    """Whether an old Word file says that it is encrypted."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as container:
            head = container.openstream("WordDocument").read(12)
    except Exception:  # no old container (rtf, odt), or a damaged one
        return False
    return len(head) == 12 and bool(head[11] & ENCRYPTED_BIT)


def _convert(data: bytes, name: str) -> bytes:
    """The file as docx."""
    program = shutil.which("soffice")
    if program is None:
        raise ConverterMissing(f"{name} needs LibreOffice to be read")
    with _one_at_a_time, tempfile.TemporaryDirectory(prefix="metroetl-office-") as folder:
        path = Path(folder) / f"file{_suffix(data)}"
        path.write_bytes(data)
        told = _run(
            [program, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation={_profile().as_uri()}",
             "--convert-to", "docx:MS Word 2007 XML", "--outdir", folder, str(path)],
            name,
        )  # fmt: skip
        converted = path.with_suffix(".docx")
        if not converted.is_file():
            raise Unreadable(
                f"{name} can't be converted: {told.strip()[-200:] or 'LibreOffice gave nothing'}"
            )
        if converted.stat().st_size > MAX_CONVERTED:
            raise Unreadable(f"{name} becomes larger than {MAX_CONVERTED} bytes")
        return converted.read_bytes()


def _suffix(data: bytes) -> str:
    """The ending that fits the bytes, since LibreOffice looks at it too."""
    return ".rtf" if data.startswith(b"{\\rtf") else ".odt" if data.startswith(b"PK") else ".doc"


def _run(command: list[str], name: str) -> str:
    """Run LibreOffice to its end; what it printed. Stops it and its children after SECONDS."""
    env = os.environ | {"http_proxy": NOWHERE, "https_proxy": NOWHERE, "no_proxy": ""}
    process = subprocess.Popen(  # noqa: S603 - the program's own path and files of our own naming
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        start_new_session=True,
    )  # fmt: skip
    try:
        return process.communicate(timeout=SECONDS)[0]
    except subprocess.TimeoutExpired as error:
        raise Unreadable(f"{name} isn't converted after {SECONDS} s") from error
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@functools.cache
def _profile() -> Path:
    """This process's LibreOffice profile: made at the first conversion, gone with the process."""
    folder = Path(tempfile.mkdtemp(prefix="metroetl-office-profile-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(PROFILE, encoding="utf-8")
    return folder
