"""Files of strangers are read apart: each in a process of its own, with bounds on memory and processor time.

A crafted file of a few kilobytes can make a reader take all memory, run for days, or end its process (libraries in C
and Rust abort). A helper, started once and kept, forks a child for each file; a child that goes beyond its bounds ends,
and the run goes on. What comes back is JSON, so a reader that was taken over can still say nothing but a document.
(multiprocessing's forkserver does the same, but Dask's workers are daemons, which may have no children there.)
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import pickle
import re
import resource
import signal
import struct
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple, NoReturn

from metroetl.errors import DocumentError, MetroError, ReaderFailed, TooMuchInside, subclasses

if TYPE_CHECKING:
    from metroetl.catalogue.models import Source
    from metroetl.documents.kinds import Kind
    from metroetl.documents.models import Document
    from metroetl.harvest.models import Snapshot

MAX_MEMORY = 3 * 1024**3  # address space, bytes
MAX_SECONDS = 300  # of processor time
MAX_SECONDS_OCR = 3600
NO_MEMORY = 12  # exit status, as ENOMEM
LIBRARIES: dict[Kind, tuple[str, ...]] = {
    "pdf": ("metroetl.documents.pdf", "pdfplumber"),
    "workbook": ("metroetl.documents.workbook", "python_calamine", "lxml.etree"),
    "old_workbook": ("metroetl.documents.workbook", "python_calamine", "xlrd"),
    "docx": ("metroetl.documents.docx", "docx"),
    "ofd": ("metroetl.documents.ofd", "lxml.etree"),
    "picture": ("metroetl.documents.ocr",),
}
LENGTH = struct.Struct(">Q")
_idle: list[subprocess.Popen[bytes]] = []


class _Task(NamedTuple):
    """One file to read, and its bounds: bytes of address space, seconds of processor time."""

    kind: Kind
    data: bytes
    snapshot: Snapshot
    source: Source | None
    ocr: bool
    memory: int
    seconds: int


def read_apart(kind: Kind, data: bytes, snapshot: Snapshot, source: Source | None) -> Document:
    """The document of a file, read in a process of its own.

    Raises what the file's reader raises, TooMuchInside where the file goes beyond MAX_MEMORY or MAX_SECONDS, and
    ReaderFailed where its reader failed in a way that nobody foresaw.
    """
    from metroetl.documents.models import Document
    from metroetl.settings import settings

    ocr = settings().ocr
    seconds = MAX_SECONDS_OCR if ocr and kind in {"pdf", "picture"} else MAX_SECONDS
    task = _Task(kind, data, snapshot, source, ocr, MAX_MEMORY, seconds)
    answer = json.loads(_ask(pickle.dumps(task)))
    if "document" in answer:
        return Document.model_validate(answer["document"])
    errors: list[type[MetroError]] = [DocumentError, *subclasses(DocumentError)]
    known = {error.code: error for error in errors}
    raise known[answer["code"]](answer["message"], way_out=answer["way_out"])


def _ask(request: bytes) -> bytes:
    """A helper's answer; helpers are kept for the next files, one a thread that reads."""
    try:
        helper = _idle.pop()
    except IndexError:
        helper = _start()
    try:
        assert helper.stdin is not None and helper.stdout is not None
        _write(helper.stdin, request)
        answer = _read(helper.stdout)
    except OSError:
        answer = None
    if answer is None:
        helper.kill()
        helper.wait()
        raise ReaderFailed(f"the process that reads files ended ({helper.returncode})")
    _idle.append(helper)
    return answer


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603 - this interpreter and this module
        [sys.executable, "-P", "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


@atexit.register
def _end() -> None:
    """Helpers end with their process; a killed one's see the end of their input."""
    while _idle:
        helper = _idle.pop()
        helper.communicate()


os.register_at_fork(after_in_child=_idle.clear)  # a fork has no helpers of its own yet


def _write(stream: IO[bytes], data: bytes) -> None:
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _read(stream: IO[bytes]) -> bytes | None:
    """The next message; None at the end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    data = stream.read(length)
    return data if len(data) == length else None


# --- in the helper -----------------------------------------------------------------------------------------------


def _serve() -> None:
    """Answer requests until there are no more. What readers need is imported here, once, before the fork."""
    while (request := _read(sys.stdin.buffer)) is not None:
        task: _Task = pickle.loads(request)  # noqa: S301 - from our own process
        for name in LIBRARIES[task.kind]:
            importlib.import_module(name)
        ready, out = os.pipe()
        child = os.fork()
        if not child:
            _child(out, task)
        os.close(out)
        with os.fdopen(ready, "rb") as stream:
            answer = stream.read()
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        _write(sys.stdout.buffer, answer if status == 0 else _told(_ended(task, status)))


def _child(out: int, task: _Task) -> NoReturn:
    """Read one file within bounds, write no other, tell what came of it, and end."""
    status = 1
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        os.environ["METROETL_OCR"] = str(task.ocr)
        bounds = {resource.RLIMIT_AS: task.memory, resource.RLIMIT_CPU: task.seconds}
        for what, bound in {**bounds, resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0}.items():
            _bound(what, bound)
        with os.fdopen(out, "wb") as stream:
            stream.write(_answer(task))
        status = 0
    except MemoryError:
        status = NO_MEMORY
    finally:
        os._exit(status)


def _bound(what: int, bound: int) -> None:
    """Set a limit of this process for good, where the system knows it; one that is lower already stays."""
    _, hard = resource.getrlimit(what)
    least = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
    last = least + 5 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else least
    with suppress(ValueError, OSError):
        resource.setrlimit(what, (least, last))  # of processor time SIGXCPU tells, 5 s before SIGKILL would


def _answer(task: _Task) -> bytes:
    """The document, or the named error in its place, as JSON."""
    from metroetl.documents.reading import read_file

    try:
        document = read_file(task.kind, task.data, task.snapshot, task.source)
    except Exception as error:
        if _is_of_memory(error, task.memory):
            raise MemoryError from error
        return _told(error if isinstance(error, DocumentError) else ReaderFailed.of(error, _name(task)))
    return json.dumps({"document": document.model_dump(mode="json")}).encode()


def _is_of_memory(error: BaseException | None, bound: int) -> bool:
    """Whether memory ran out behind an error, also where a library gave it a name of its own (lxml: unknown error)."""
    status = Path("/proc/self/status")
    peak = re.search(r"VmPeak:\s+(\d+) kB", status.read_text("utf-8")) if status.exists() else None
    if peak is not None and int(peak[1]) * 1024 > 0.9 * bound:
        return True
    while error is not None:
        if any(isinstance(e, MemoryError) for e in (error, *error.args)):
            return True
        error = error.__cause__ or error.__context__
    return False


def _ended(task: _Task, status: int) -> DocumentError:
    """Why a child gave no answer."""
    if status == -signal.SIGXCPU:
        return TooMuchInside(f"{_name(task)} isn't read after {task.seconds} s of processor time")
    how = signal.Signals(-status).name if status < 0 else f"exit {status}"
    return TooMuchInside(f"{_name(task)} takes more than {task.memory} bytes of memory to read ({how})")


def _told(error: DocumentError) -> bytes:
    return json.dumps({"code": error.code, "message": error.message, "way_out": error.way_out}).encode()


def _name(task: _Task) -> str:
    return task.snapshot.name or task.snapshot.url


if __name__ == "__main__":
    _serve()
