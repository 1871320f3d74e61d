"""The agenda remembers what was announced until the warehouse knows it."""

from __future__ import annotations

from pathlib import Path

from metroetl.harvest.agenda import Agenda, Item
from metroetl.harvest.models import Known, Notice

A, B, C = (f"https://tjj.jia.gov.cn/{x}.html" for x in "abc")


def page(url: str) -> Item:
    return Item(url=url, role="page", notice=Notice(source_id="jia", url=url, title=f"标题 {url}"))


def opened(root: Path, *known: str) -> Agenda:
    return Agenda(root, "jia", {url: Known(url=url, sha256="0") for url in known})


def test_items_stay_until_they_are_known(tmp_path: Path) -> None:
    agenda = opened(tmp_path)
    agenda.add([page(A), page(B)])
    agenda.add([Item(url=A, role="page")])
    assert opened(tmp_path).open == {A: page(A), B: page(B)}
    assert list(opened(tmp_path, A).open) == [B]
    assert list(opened(tmp_path).open) == [B]


def test_what_is_taken_off_is_off(tmp_path: Path) -> None:
    agenda = opened(tmp_path)
    agenda.add([page(A), page(B)])
    agenda.remove(A)
    agenda.remove(C)
    assert list(opened(tmp_path).open) == [B]


def test_a_torn_last_line_hides_nothing_else(tmp_path: Path) -> None:
    opened(tmp_path).add([page(A), page(B)])
    file = next(tmp_path.rglob("jia.jsonl"))
    file.write_bytes(file.read_bytes()[:-20])
    assert list(opened(tmp_path).open) == [A]


def test_owed_list_pages_are_counted(tmp_path: Path) -> None:
    agenda = opened(tmp_path, C)
    assert agenda.pages_owed == 0
    agenda.add([page(A), Item(url=B, role="listing", number=2), Item(url=C, role="listing", number=4)])
    assert opened(tmp_path, C).pages_owed == 4


def test_sources_have_agendas_of_their_own(tmp_path: Path) -> None:
    opened(tmp_path).add([page(A)])
    assert not Agenda(tmp_path, "yi", {}).open
    assert not (tmp_path / "yi.jsonl").exists()
