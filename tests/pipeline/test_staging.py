"""What is read is staged in pieces: one batch, nothing lost, also where a piece holds nothing readable."""

from __future__ import annotations

import pytest

from metroetl.pipeline import read_and_stage, reading
from tests.pipeline.conftest import Install

PAGE = (
    "<html><head><meta name='ArticleTitle' content='德阳市经济运行情况（{n}）'><meta name='PubDate' content='2025-04-1{n}'>"
    "</head><body><div class='TRS_Editor'><p>一季度，全市地区生产总值77{n}.1亿元，同比增长6.{n}%，经济运行总体平稳。</p></div></body></html>"
)


def test_pieces_make_one_batch(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "STAGED_AT_ONCE", 2)
    installation = install("home")
    for n in range(5):
        installation.bring(PAGE.format(n=n).encode(), f"https://tjj.deyang.gov.cn/{n}.html", days_ago=n)
    for n in range(3):
        installation.bring(
            b"<html><body></body></html>", f"https://tjj.deyang.gov.cn/empty{n}.html", days_ago=9
        )

    outcome = read_and_stage(installation.run_id, "deyang")

    assert (outcome.documents, outcome.unreadable) == (5, 3)
    (batch,) = installation.warehouse.staged_batches()
    assert batch.batch_id == outcome.batch_id
    _, rows = installation.warehouse.query("SELECT url, batch_id FROM staging_document ORDER BY url")
    assert [tuple(row) for row in rows] == [
        (f"https://tjj.deyang.gov.cn/{n}.html", batch.batch_id) for n in range(5)
    ]
    assert installation.warehouse.pending(["deyang"]) == []
