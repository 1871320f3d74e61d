"""Editions are facts of a file: what the project ships agrees, and a mistake ends as an error that names file, line and fix."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from metroetl.catalogue.load import FOLDER
from metroetl.errors import CatalogueError, WarehouseError
from metroetl.monitoring.index.definitions import edition_of, editions, newest
from metroetl.monitoring.index.published import FILE, published, published_of
from metroetl.settings import settings

LEVEL, PROCESS = "level-2024.yml", "process-2026.yml"
CASES = {
    "unknown key": (LEVEL, "data_year:", "datayear:", 0, "unknown key 'datayear'", "write `data_year`"),
    "unknown indicator": (LEVEL, "indicator: URB", "indicator: URBN", 0, "no indicator URBN", "`URB`"),
    "unknown measure": (LEVEL, "measure: rate_eop", "measure: rate_eopp", 0, "no measure", "`rate_eop`"),
    "unknown member": (LEVEL, '"AGG.CDMC"', '"AGG.CDMX"', 0, "no region has the code AGG.CDMX", "AGG."),
    "unknown dimension": (LEVEL, "dimension: base", "dimension: bass", 0, "no dimension bass", "`base`"),
    "weights that don't sum": (LEVEL, "urb: 20,", "urb: 25,", 0, "sum to 105", "100"),
    "weight of nothing": (LEVEL, "urb: 20,", "urban: 20,", 0, "urb, urban", "one weight"),
    "equal that isn't": (PROCESS, "urb: 16.6667, share: 16.6667", "urb: 20, share: 13.3334", 0, "aren't equal", "--method equal"),
    "bounds the wrong way": (LEVEL, "satisfactory: 85", "satisfactory: 30", 0, "point the other way", "swap"),
    "no bound": (LEVEL, "    unacceptable: 40\n", "", -8, "lacks a bound", "`unacceptable`"),
    "bounds of a process": (PROCESS, "    direction: plus\n", "    direction: plus\n    unacceptable: 1\n", 1, "no bounds", "remove"),
    "process without a base": (PROCESS, "base: 2023\n", "", -1, "process with relative", "`base`"),
    "chain of a level": (PROCESS, "measure: yoy_real_ytd", "measure: level_ytd", 1, "isn't growth", "value"),
    "another name than the file's": (LEVEL, "edition: 2024", "edition: 2025", -1, "level-2025", "name it level-2025.yml"),
    "as of the year itself": (LEVEL, "as_of: 2024-12-31", "as_of: 2023-12-31", 0, "no figure of 2023", "later year"),
    "grades from low to high": (LEVEL, "at_least: 85", "at_least: 5", -1, "from high to low", "highest first"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_told_with_its_line(case: str, tmp_path: Path) -> None:
    name, old, new, below, words, fix = CASES[case]
    shutil.copytree(FOLDER / "indices", tmp_path / "indices")
    path = tmp_path / "indices" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1 + below
    with pytest.raises(CatalogueError) as error:
        editions([tmp_path / "indices"])
    assert words in error.value.message and fix in error.value.way_out
    assert f"indices/{name}:{line}:" in error.value.message


def test_the_newest_edition_whose_year_has_ended_is_told() -> None:
    known = editions()
    assert [e.key for e in newest(known, 2025)] == ["level-2024", "process-2026"]
    assert [e.key for e in newest(known, 2024)] == ["level-2024", "process-2025"]
    assert newest(known, 2022) == []
    assert edition_of("process").key == "process-2026" and edition_of("process-2025").data_year == 2024
    assert all("project's own choice" in e.basis and e.data_year < e.edition for e in known.values())
    with pytest.raises(WarehouseError, match="nope"):
        edition_of("nope")


def test_an_operators_own_edition_comes_on_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_HOME", str(tmp_path))
    settings.cache_clear()
    own = tmp_path / "catalogue" / "indices"
    own.mkdir(parents=True)
    text = (FOLDER / "indices" / LEVEL).read_text(encoding="utf-8")
    (own / "level-2027.yml").write_text(text.replace("edition: 2024", "edition: 2027"), encoding="utf-8")
    try:
        assert edition_of("level").edition == 2027 and "level-2024" in editions()
        shutil.copy(FOLDER / "indices" / LEVEL, own / "again.yml")
        (own / "again.yml").rename(own / LEVEL)
        with pytest.raises(CatalogueError, match="already in another file"):
            editions([FOLDER / "indices", own, tmp_path])
    finally:
        settings.cache_clear()


def test_published_values_are_as_stated() -> None:
    rows = {(r.index, r.edition, r.part): r for r in published()}
    chengdu = rows["cdmc_hqd", "2023版", ""]
    assert (str(chengdu.value), chengdu.rank, chengdu.of, chengdu.data_year) == ("76.4", 5, 12, 2022)
    assert [str(rows["yrd_dev", e, ""].value) for e in ("2022年", "2023年")] == ["129.5", "132.6"]
    assert str(rows["cysc_dev", "2022年", ""].value) == "114.03"
    assert str(rows["cysc_dev", "2022年", "economy"].value) == "131.80", "with the decimals that were printed"
    assert str(rows["nbs_drivers", "2024年", ""].value) == "136.0"
    assert all(r.source.startswith("http") and r.publisher for r in published())
    assert {r.index for r in published_of(["AGG.CDMC"])} == {"cdmc_hqd"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("AGG.YRD", "AGG.YRR", "no region"), (",76.4,5,12,", ",,,12,", "neither a value nor a rank")],
)
def test_a_mistake_in_a_published_row_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = FILE.read_text(encoding="utf-8")
    path = tmp_path / FILE.name
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(CatalogueError, match=words) as error:
        published(path)
    assert f"{FILE.name}:{line}:" in error.value.message
