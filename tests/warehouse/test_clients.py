"""The how-tos for analysts, run as they are written: each connection string with the driver of its tool, as a reader."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import ProgrammingError

from metroetl.catalogue import Catalogue
from metroetl.warehouse import Warehouse
from tests.conftest import ROOT, missing
from tests.jdbc import Ask
from tests.warehouse.conftest import _from_template
from tests.warehouse.desk import CITIES, Desk, gdp

pytestmark = pytest.mark.postgres
PAGES = ROOT / "docs" / "how-to" / "analysts"
WRITTEN = "analyst:PASSWORD@HOST:5432/metroetl"
FILE = "data/warehouse.db"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)
ORDER = list(CITIES.values())


@dataclass(frozen=True)
class Place:
    """A warehouse on PostgreSQL with a login that may only read, and one in a SQLite file, as the pages name them."""

    login: str
    folder: Path

    def put_into(self, words: str) -> str:
        """A block of a page for this place."""
        user, _, address = self.login.partition("@")
        name, _, password = user.partition(":")
        words = words.replace(WRITTEN, self.login).replace("HOST:5432/metroetl", address)
        words = words.replace("user=analyst", f"user={name}").replace(
            "password=PASSWORD", f"password={password}"
        )
        return (
            words.replace(FILE, str(self.folder / FILE))
            .replace("${circle}", "chengdu")
            .replace("${quarter}", "2025-Q1")
        )


@pytest.fixture(scope="module")
def place(
    words: Catalogue,
    blank_file: Path,
    blank_database: str,
    postgres_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Place]:
    import psycopg

    folder = tmp_path_factory.mktemp("analyst")
    (folder / FILE).parent.mkdir()
    shutil.copy(blank_file, folder / FILE)
    name = f"t{os.urandom(6).hex()}"
    url = f"{postgres_url.rsplit('/', 1)[0]}/{name}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    _from_template(postgres_url, url, blank_database)
    for address in (url, f"sqlite:///{folder / FILE}"):
        desk = Desk(Warehouse(address, "facts", words))
        values = zip(reversed(CITIES), (244.0, 447.7, 771.1, 5930.3), strict=True)
        desk.load(
            desk.read("https://city.example.cn/1.html", "一季度各市", [gdp(v, region=r) for r, v in values])
        )
    with psycopg.connect(url, autocommit=True) as server:
        _make_reader(server, name)
    host = postgres_url.partition("@")[2].partition("/")[0]
    yield Place(f"reader_{name}:secret@{host}/{name}", folder)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP OWNED BY reader_{name}")
        server.execute(f"DROP ROLE reader_{name}")


def _make_reader(server: Any, name: str) -> None:
    """A login of the read-only role; where the warehouse has made none, one with the same rights."""
    server.execute(f"CREATE ROLE reader_{name} LOGIN PASSWORD 'secret'")
    if server.execute("SELECT 1 FROM pg_roles WHERE rolname = 'metroetl_reader'").fetchone():
        server.execute(f"GRANT metroetl_reader TO reader_{name}")
        return
    wanted = "relkind IN ('r', 'v', 'm') AND relname ~ '^(mart|dim|meta)_'"
    for (relation,) in server.execute(f"SELECT relname FROM pg_class WHERE {wanted}").fetchall():
        server.execute(f'GRANT SELECT ON "{relation}" TO reader_{name}')


def blocks(page: str, *kinds: str) -> list[str]:
    """The code blocks of these kinds."""
    found = [(kind, words) for kind, words in BLOCK.findall((PAGES / page).read_text(encoding="utf-8"))]
    chosen = [words for kind, words in found if kind in kinds]
    assert chosen, f"{page} has no block of {kinds}"
    return chosen


def in_order(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a column names the cities in their fixed order."""
    return any([str(v) for v in column] == ORDER for column in zip(*rows, strict=True))


def named_in_order(words: str) -> bool:
    return list(re.findall("|".join(ORDER), words)) == ORDER


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def psql() -> str:
    program = shutil.which("psql")
    if program is None:
        missing("postgres", "psql isn't installed (postgresql-client)")
    return str(program)


def test_psql(place: Place, psql: str, tmp_path: Path) -> None:
    told = [run(["bash", "-c", place.put_into(block)], tmp_path) for block in blocks("psql.md", "sh")]
    assert "地区代码" in told[0] and "region_name" in told[0]
    assert named_in_order((tmp_path / "chengdu.csv").read_text(encoding="utf-8"))
    answers = [
        run([psql, f"postgresql://{place.login}", "-v", "ON_ERROR_STOP=1", "--csv", "-c", block], tmp_path)
        for block in blocks("psql.md", "sql")
    ]
    assert named_in_order(answers[0])
    assert [len(a.splitlines()) for a in answers] == [5, 2, 2]


@pytest.mark.parametrize("page", ["pandas.md", "duckdb.md"])
def test_python(place: Place, page: str, tmp_path: Path) -> None:
    for number, block in enumerate(blocks(page, "python")):
        script = tmp_path / f"{number}.py"
        script.write_text(place.put_into(block), encoding="utf-8")
        printed = run([sys.executable, str(script)], tmp_path)
        assert named_in_order(printed), printed


def test_duckdb_attaches(place: Place) -> None:
    """Where the extensions are installed; they come from DuckDB's own place, which isn't reached everywhere."""
    import duckdb

    for block in blocks("duckdb.md", "sql"):
        connection = duckdb.connect(config={"autoinstall_known_extensions": False})
        _, load, rest = place.put_into(block).split(";", 2)
        try:
            connection.execute(load)
        except duckdb.IOException:
            missing("duckdb", f"{load.strip()}: the extension isn't installed here")
        assert in_order(connection.execute(rest).fetchall())


def test_superset(place: Place) -> None:
    (uri,) = blocks("superset.md", "text")
    engine = create_engine(place.put_into(uri).strip())
    assert engine.dialect.driver == "psycopg2"
    with engine.connect() as connection:
        for block in blocks("superset.md", "sql"):
            assert in_order(connection.execute(text(block)).fetchall())
        columns = {c["name"]: c for c in inspect(connection).get_columns("mart_circle_quarter")}
        assert str(columns["period_end"]["type"]) == "DATE"
        assert "地区固定顺序" in str(columns["sort_order"]["comment"])
    engine.dispose()


@pytest.mark.jdbc
def test_metabase_and_finereport(place: Place, jdbc: Ask) -> None:
    user, _, password = place.login.partition("@")[0].partition(":")
    questions, pages = [], []
    for page in ("metabase.md", "finereport.md"):
        for address in blocks(page, "text"):
            url = place.put_into(address).strip()
            told = dict(parse_qsl(urlsplit(url.removeprefix("jdbc:")).query))
            login = (
                {"user": "", "password": ""}
                if "sqlite" in url or "user" in told
                else {"user": user, "password": password}
            )
            for sql in blocks(page, "sql"):
                questions.append({"url": url, "sql": place.put_into(sql), **login})
                pages.append((page, url, sql))
    assert [page for page, _, _ in pages].count("finereport.md") == 8
    for (page, url, sql), answer in zip(pages, jdbc(questions), strict=True):
        assert answer["rows"], (page, url, sql)
        if "region_name" in sql:
            assert in_order(answer["rows"]), (page, url, answer)


def test_a_reader_reads_and_nothing_else(place: Place) -> None:
    engine = create_engine(f"postgresql+psycopg://{place.login}")
    for sql in (
        "SELECT * FROM core_document",
        "SELECT * FROM staging_observation",
        "SELECT * FROM raw_snapshot",
        "DELETE FROM dim_region",
        "CREATE TABLE mine (x int)",
    ):
        with engine.connect() as connection, pytest.raises(ProgrammingError):
            connection.execute(text(sql))
    engine.dispose()


def test_every_page_is_linked_and_tried(place: Place) -> None:
    pages = {file.name for file in PAGES.glob("*.md")}
    linked = set(
        re.findall(r"\(analysts/([a-z]+\.md)\)", (PAGES.parent / "query.md").read_text(encoding="utf-8"))
    )
    assert pages == linked == {
        "psql.md", "pandas.md", "duckdb.md", "superset.md", "metabase.md", "finereport.md", "datasette.md",
    }  # fmt: skip
