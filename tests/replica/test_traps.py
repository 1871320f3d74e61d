"""Every line of docs/reference/traps.md is tried: a real harvest over HTTP has the outcome that the table says."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from metroetl.catalogue import catalogue
from metroetl.catalogue.models import TlsMode
from metroetl.replica import Replica
from metroetl.replica.faults import FAULTS
from tests.certificates import Setup, old_cipher, old_key

from .checks import CHECKS
from .conftest import NOW
from .trials import Trial

TABLES = Path(__file__).resolve().parents[2] / "docs/reference/traps.md"
CODE = re.compile(r"`([^`]+)`")
OUTCOME = re.compile(r"read|(?:listing|page|attachment|document):[A-Z_]+")


@dataclass(frozen=True)
class Line:
    """One line of the tables."""

    trap: str
    source_id: str
    list_path: str
    since: date | None
    faults: tuple[str, ...]
    tls: TlsMode | None
    outcomes: frozenset[str]
    way_out: str
    check: str
    section: str


def lines() -> Iterator[Line]:
    section = ""
    for text in TABLES.read_text(encoding="utf-8").splitlines():
        section = text.removeprefix("## ") if text.startswith("## ") else section
        cells = [cell.strip() for cell in text.strip("|").split("|")]
        if not text.startswith("|") or cells[0] in {"Trap", "---"}:
            continue
        trap, served, fault, outcome, way_out, check = cells
        source_id, *where = CODE.findall(served)
        modes: list[Any] = [f.removeprefix("tls: ") for f in CODE.findall(fault) if f.startswith("tls: ")]
        yield Line(
            trap=trap,
            source_id=source_id,
            list_path=next((w for w in where if w.startswith("/")), ""),
            since=next((date.fromisoformat(w) for w in where if w[0].isdecimal()), None),
            faults=tuple(f for f in CODE.findall(fault) if not f.startswith("tls: ")),
            tls=next(iter(modes), None),
            outcomes=frozenset(CODE.findall(outcome)),
            way_out=way_out,
            check=next(iter(CODE.findall(check)), ""),
            section=section,
        )


LINES = list(lines())
SECURE = [line for line in LINES if line.section.startswith("TLS")]
PLAIN = [line for line in LINES if line not in SECURE]


def name_of(line: Line) -> str:
    return "-".join([line.source_id, *line.faults, line.tls or "", line.check]).rstrip("-")


def test_every_fault_has_a_line_and_every_line_a_fault_that_exists() -> None:
    named = {fault for line in PLAIN for fault in line.faults}
    assert named == FAULTS.keys()
    assert {line.check for line in LINES} - {""} == CHECKS.keys()
    assert {line.source_id for line in LINES} <= catalogue().sources.keys()
    for line in LINES:
        assert line.trap and line.way_out, line
        assert line.outcomes and all(OUTCOME.fullmatch(o) for o in line.outcomes), line


@pytest.fixture(scope="module")
def shared_replica() -> Iterator[Replica]:
    with Replica(NOW) as running:
        yield running


@pytest.fixture
def broken(shared_replica: Replica) -> Iterator[Replica]:
    """The replica, whole again after each test."""
    shared_replica.log.clear()
    yield shared_replica
    shared_replica.set_clock(NOW)
    for source_id in shared_replica.faults.sources:
        shared_replica.set_faults(source_id)


@pytest.mark.parametrize("line", PLAIN, ids=name_of)
def test_trap(line: Line, broken: Replica, tmp_path: Path) -> None:
    broken.set_faults(line.source_id, *line.faults)
    trial = Trial(
        broken,
        line.source_id,
        tmp_path,
        list_path=line.list_path,
        since=line.since,
        polite="hurried" in line.faults,
    )
    assert_outcome(trial, line)


def assert_outcome(trial: Trial, line: Line) -> None:
    """The harvest failed in the ways told and in no other; what is `read` is whole."""
    steps = trial.harvest()
    assert trial.failed() == line.outcomes - {"read"}
    assert all(s.fetch.detail and s.fetch.way_out for s in steps if not s.fetch.ok)
    if "read" in line.outcomes:
        assert_read(trial)
    elif any(outcome.startswith("page:") for outcome in line.outcomes):
        assert_told(trial)
    elif any(outcome.startswith("listing:") for outcome in line.outcomes):
        assert {s.role for s in trial.snapshots} <= {"listing"}
    if line.check:
        CHECKS[line.check](trial)


def assert_read(trial: Trial) -> None:
    """Every page that the list shows came once, as the document that it is, with its files; nothing else was asked."""
    expected, pages = trial.expected(), trial.pages()
    assert pages.keys() == trial.expected_pages()
    for url, article in expected.items():
        document = pages[url]
        if document.media_type == "text/html":
            assert (document.title, document.published_on) == (article.title, article.published_on)
            assert len(document.tables) == len(article.tables)
    assert trial.missing_files() == set()
    fetched = [s.fetch.url for s in trial.steps]
    assert len(fetched) == len(set(fetched))


def assert_told(trial: Trial) -> None:
    """Every page that the list shows is told of, as read or as failed, and what was read is the page."""
    expected, pages = trial.expected(), trial.pages()
    failed = {s.fetch.url for s in trial.steps if s.fetch.role == "page" and not s.fetch.ok}
    assert failed | pages.keys() == expected.keys()
    assert not failed & pages.keys()
    assert all(document.title == expected[url].title for url, document in pages.items())


# --- TLS ---------------------------------------------------------------------------------------------------------


def secured(fault: str, host: str, folder: Path) -> tuple[ssl.SSLContext | None, Path]:
    """A server's TLS that fails in this way, and the file of the authority that clients trust."""
    authority = trustme.CA()
    past = datetime.now(UTC) - timedelta(days=1)
    made: dict[str, Callable[[], list[Setup]]] = {
        "good": lambda: [authority.issue_cert(host).configure_cert],
        "old_key": lambda: [old_key(authority, host, folder)],
        "old_cipher": lambda: [
            authority.issue_cert(host, key_type=trustme.KeyType.RSA).configure_cert,
            old_cipher,
        ],
        "wrong_name": lambda: [authority.issue_cert("www.yi.gov.cn").configure_cert],
        "expired": lambda: [
            authority.issue_cert(host, not_before=past - timedelta(days=9), not_after=past).configure_cert
        ],
        "unknown_authority": lambda: [trustme.CA().issue_cert(host).configure_cert],
        "http_only": lambda: [],
    }
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    setups = made[fault]()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if setups else None
    for setup in setups:
        setup(context)
    return context, folder / "authority.pem"


@pytest.mark.parametrize("line", SECURE, ids=name_of)
def test_tls_trap(line: Line, tmp_path: Path) -> None:
    source = catalogue().sources[line.source_id]
    host = source.hosts[0]
    (fault,) = line.faults
    context, ca_file = secured(fault, host, tmp_path)
    with Replica(NOW, sources=[source], tls={host: context} if context else None) as running:
        trial = Trial(running, line.source_id, tmp_path, since=line.since, tls=line.tls, ca_file=ca_file)
        assert_outcome(trial, line)
