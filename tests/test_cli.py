"""The command line as a person uses it: each command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from metroetl.replica import Replica
from tests import forked

HEAVY = ("pandas", "great_expectations", "prefect", "altair", "sqlalchemy", "bs4", "pdfplumber", "httpx")
Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def replica() -> Iterator[Replica]:
    with Replica(as_of=date(2025, 5, 20)) as running:
        yield running


@pytest.fixture(scope="module")
def metroetl(replica: Replica, prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs a command in an empty folder whose sites are stood in for."""
    folder = tmp_path_factory.mktemp("cli")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("METROETL_", "PREFECT_"))}
    base = {
        **clean,
        "METROETL_HOME": str(folder / "data"),
        "METROETL_HOST_MAP": json.dumps(replica.host_map),
        "METROETL_POLITENESS": "false",
        "PREFECT_API_URL": prefect_server,
    }

    def run(*arguments: str | Path, expect: int = 0, **env: str) -> subprocess.CompletedProcess[str]:
        done = forked.run("metroetl", *map(str, arguments), cwd=folder, env=base | env)
        assert done.returncode == expect, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def loaded(metroetl: Command) -> Command:
    """The commands over a warehouse with one source loaded."""
    assert "已入库 · loaded" in metroetl("run", "--source", "deyang").stdout
    return metroetl


def test_help_is_instant_and_bilingual() -> None:
    code = (
        "import sys; sys.argv = ['metroetl', '--help']; from metroetl.cli import app\n"
        f"try: app()\nexcept SystemExit: pass\nprint([m for m in {HEAVY!r} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
    assert "采集" in done.stdout and "Collect" in done.stdout


def test_sources(metroetl: Command) -> None:
    assert "四川省统计局" in metroetl("sources", "list").stdout
    shown = json.loads(metroetl("sources", "show", "tjj_sc").stdout)
    assert (shown["family"], shown["verified"]) == ("ucap", "never")
    checked = json.loads(metroetl("sources", "check", "tjj_sc", "deyang", "--live", "--json").stdout)
    assert {c["source_id"]: c["outcome"] for c in checked} == {"tjj_sc": "listed", "deyang": "listed"}
    assert all(c["items"] > 5 and c["newest"] <= "2025-05-20" for c in checked)


def test_a_source_that_is_down_fails_the_check(metroetl: Command, replica: Replica) -> None:
    replica.set_faults("deyang", "ruishu")
    try:
        (checked,) = json.loads(metroetl("sources", "check", "deyang", "--live", "--json", expect=1).stdout)
    finally:
        replica.set_faults("deyang")
    assert checked["outcome"] == "BOT_CHALLENGE"


def test_wrong_usage_is_2(metroetl: Command) -> None:
    metroetl("run", "--source", "nowhere", expect=2)
    metroetl("run", "--kind", "weather", expect=2)
    metroetl("monitor", "--quarter", "2025Q9", expect=2)
    metroetl("run", "--since", "yesterday", expect=2)
    refused = metroetl("sources", "check", expect=2, METROETL_ENVIRONMENT="production").stderr
    assert "SETTINGS" in refused and "METROETL_HOST_MAP" in refused


def test_run_again_finds_nothing_new(loaded: Command) -> None:
    assert "没有新内容 · nothing new" in loaded("run", "--source", "deyang").stdout


def test_retry_after_runs_without_failures_has_nothing_to_do(loaded: Command) -> None:
    assert "没有可重试的 · nothing to retry" in loaded("retry").stdout


def test_a_dry_run_stores_nothing(loaded: Command) -> None:
    loaded("run", "--source", "tjj_sc", "--dry-run")
    counted = loaded("query", "SELECT COUNT(*) AS n FROM raw_snapshot WHERE source_id = 'tjj_sc'", "--csv")
    assert counted.stdout.split() == ["n", "0"]


def test_a_failed_source_is_1_and_named(loaded: Command, replica: Replica) -> None:
    replica.set_faults("cdstats", "wzws")
    try:
        told = loaded("run", "--source", "cdstats", "--source", "ziyang", expect=1).stdout
    finally:
        replica.set_faults("cdstats")
    assert "GEO_BLOCKED" in told and "some source failed" in told
    states = loaded(
        "query", "SELECT DISTINCT source_id FROM core_document ORDER BY 1", "--csv"
    ).stdout.split()
    assert states == ["source_id", "deyang", "ziyang"]


def test_query_is_read_only(loaded: Command) -> None:
    for sql in (
        "DELETE FROM core_observation",
        "INSERT INTO ops_run (run_id) VALUES ('x')",
        "SELECT 1; DROP TABLE ops_run",
    ):
        refused = loaded("query", sql, expect=1)
        assert "→" in refused.stderr, refused.stderr
        assert "Traceback" not in refused.stderr


def test_brackets_in_data_are_shown(loaded: Command) -> None:
    assert "[/b] [red]x" in loaded("query", "SELECT '[/b] [red]x' AS text").stdout


def test_query_as_of(loaded: Command) -> None:
    sql = "SELECT MAX(published_on) AS newest FROM mart_observation_latest"
    assert loaded("query", sql, "--as-of", "2024-12-31", "--csv").stdout.split()[1] <= "2024-12-31"
    assert loaded("query", sql, "--csv").stdout.split()[1] > "2024-12-31"


def test_warehouse_info(loaded: Command) -> None:
    info = json.loads(loaded("warehouse", "info").stdout)
    assert info["world"] == "facts" and info["rows"]["core_observation"] > 50
    assert json.loads(loaded("warehouse", "upgrade").stdout)["revision"] == info["revision"]


def test_report(loaded: Command) -> None:
    told = loaded("monitor", "--circle", "chengdu", "--quarter", "2025Q1").stdout
    assert Path(told.strip().splitlines()[-1]).is_file()
    assert "WAREHOUSE" in loaded("monitor", "--quarter", "2011Q1", expect=1).stderr


def test_a_file_of_the_inbox_goes_the_whole_way(loaded: Command, tmp_path: Path) -> None:
    note = tmp_path / "简报.txt"
    note.write_text(
        "甲市简报\n\n2025年第3期\n\n2025年4月30日\n\n一、总体情况\n\n德阳市一季度地区生产总值771.1亿元。\n",
        encoding="utf-8",
    )
    assert "1 of 1 files are new" in loaded("inbox", "add", note).stdout
    assert "0 of 1 files are new" in loaded("inbox", "add", note).stdout
    found = loaded(
        "query", "SELECT access FROM core_document WHERE source_id = 'inbox'", "--csv"
    ).stdout.split()
    assert found == ["access", "internal"]
    listed = loaded("inbox", "list").stdout
    assert "简报.txt" in listed and "已入库" in listed and "internal" in listed


def test_what_lies_in_the_inbox_folder_is_taken_in_by_a_run(loaded: Command, tmp_path: Path) -> None:
    folder = (
        Path(json.loads(loaded("warehouse", "info").stdout)["url"].removeprefix("sqlite:///")).parent
        / "inbox"
    )
    folder.mkdir(exist_ok=True)
    note, empty = folder / "来函.txt", folder / "空.txt"
    note.write_text("关于报送资料的函\n\n请各市按时报送统计资料，并做好数据审核工作。\n", encoding="utf-8")
    empty.touch()
    for file in (note, empty):
        os.utime(file, (1_700_000_000, 1_700_000_000))
    told = loaded("run", "--source", "deyang", expect=1).stdout
    assert "NOT_TAKEN_IN" in told and "收件箱" in told
    assert sorted(p.name for p in (folder / "done").iterdir()) == ["来函.txt"]
    listed = loaded("inbox", "list").stdout
    assert "来函.txt" in listed and "NOT_TAKEN_IN" in listed
    (folder / "rejected" / "空.txt.reason.txt").unlink()


def test_a_held_batch_is_3(loaded: Command, tmp_path: Path) -> None:
    garbled = tmp_path / "garbled.txt"
    text = "德阳市经济运行保持平稳，工业生产稳定增长，服务业持续恢复。" * 30
    garbled.write_text(text.encode().decode("gb18030", "ignore"), encoding="utf-8")
    told = loaded("inbox", "add", garbled, expect=3).stdout
    assert "DOC-MOJIBAKE" in told and "deployment decide" in told
    held = json.loads(loaded("warehouse", "info").stdout)["held_batches"]
    assert len(held) == 1 and held[0] in told


def test_quarantine_is_listed_shown_and_decided(loaded: Command, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog")
    assert "UNREADABLE" in loaded("inbox", "add", damaged, expect=1).stdout
    sql = "SELECT row_id FROM ops_quarantine WHERE url LIKE '%damaged.pdf'"
    row = loaded("query", sql, "--csv").stdout.split()[1]
    assert row[:8] in loaded("quarantine", "list").stdout.replace("\n", "")
    shown = json.loads(loaded("quarantine", "show", row, "--json").stdout)
    assert "UNREADABLE" in json.dumps(shown)
    loaded("quarantine", "reject", row, "--reason", "文件残缺，已向发送人索取")
    assert (
        "索取"
        in loaded("query", "SELECT decision_reason FROM ops_quarantine WHERE state = 'rejected'").stdout
    )


def test_listing_and_read(metroetl: Command, root: Path, tmp_path: Path) -> None:
    page = root / "tests/pages/tjj_sc/list.html"
    listed = metroetl("listing", page, "--url", "https://tjj.sc.gov.cn/scstjj/c112117/list.shtml")
    assert "family ucap" in listed.stderr
    assert all(
        json.loads(line)["url"].startswith("https://tjj.sc.gov.cn/") for line in listed.stdout.splitlines()
    )
    out = tmp_path / "read.jsonl"
    metroetl("read", root / "tests/pages/tjj_sc", "-o", out)
    read = {r["file"]: r for r in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert "四川" in read["page.html"]["title"]


def test_extract(metroetl: Command, tmp_path: Path) -> None:
    given, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    text = "2025年一季度，德阳市实现地区生产总值771.1亿元，按不变价格计算，同比增长7.5%。"
    line = {
        "id": "1",
        "title": None,
        "publisher": None,
        "date": "2025-04-28",
        "url": None,
        "region": "德阳市",
        "text": text,
    }
    given.write_text(json.dumps(line) + "\n", encoding="utf-8")
    metroetl("extract", "statistics", given, "-o", out)
    found = {(o["measure"], o["value"]) for o in json.loads(out.read_text(encoding="utf-8"))["observations"]}
    assert found == {("level_ytd", 771.1), ("yoy_real_ytd", 7.5)}
    given.write_text(
        json.dumps(
            {
                "id": "2",
                "title": "甲市产业发展三年行动计划（2024—2026年）",
                "url": None,
                "text": "一、总体要求\n到2026年，产值达到300亿元。",
            }
        )
        + "\n"
    )
    metroetl("extract", "plan", given, "-o", out)
    plan = json.loads(out.read_text(encoding="utf-8"))
    assert (plan["plan_type"], plan["period_start"], plan["period_end"]) == ("三年行动计划", 2024, 2026)


def test_explain_a_file(metroetl: Command, root: Path, tmp_path: Path) -> None:
    page = root / "tests/pages/tjj_sc/page.html"
    told = metroetl("explain", page, "--region", "四川省").stdout
    assert "四川省地区生产总值15246.92亿元[1]" in told
    assert "level_ytd" in told and "观测值 observation" in told
    out = tmp_path / "explained.html"
    assert str(out) in metroetl("explain", page, "--region", "510000", "-o", out).stdout
    assert "15246.92亿元<sup>1</sup>" in out.read_text(encoding="utf-8")
    note = tmp_path / "note.txt"
    note.write_text("全市一季度地区生产总值771.1亿元，涉及12家单位。\n", encoding="utf-8")
    told = metroetl(
        "explain", note, "--region", "德阳市", "--date", "2024-04-28", "--title", "\x1b]0;x\x07[red]标题"
    ).stdout
    assert "12家[?]" in told and "2024-Q1" in told
    assert "[red]标题" in told and "\x1b" not in told and "\x07" not in told


def test_explain_what_is_archived(loaded: Command) -> None:
    sql = "SELECT document_id, sha256 FROM core_document WHERE source_id = 'deyang' ORDER BY url LIMIT 1"
    document_id, sha256 = loaded("query", sql, "--csv").stdout.split()[1].split(",")
    by_document = loaded("explain", "--document", document_id).stdout
    assert by_document == loaded("explain", "--snapshot", sha256).stdout
    assert "德阳市" in by_document and sha256[:12] in by_document
    assert "WAREHOUSE" in loaded("explain", "--document", "none", expect=1).stderr
    assert "WAREHOUSE" in loaded("explain", "--snapshot", "0" * 64, expect=1).stderr
    loaded("explain", expect=2)
    loaded("explain", "--document", document_id, "--snapshot", sha256, expect=2)


def test_the_archive_is_counted_verified_and_pruned(loaded: Command) -> None:
    told = loaded("archive", "info").stdout
    assert "deyang" in told and "attachment" in told and "压缩比 ratio" in told
    assert "损坏 damaged: 0\n缺失 missing: 0" in loaded("archive", "verify").stdout
    assert "nothing was dropped" in loaded("archive", "prune", "--keep-days", "1").stdout
    assert "dropped: 0" in loaded("archive", "prune", "--yes").stdout
    loaded("archive", "prune", "--keep-days", "0", expect=2)


def test_a_lost_body_fails_the_verification(loaded: Command, tmp_path: Path) -> None:
    sha256 = loaded("query", "SELECT MAX(sha256) AS s FROM core_document", "--csv").stdout.split()[1]
    home = Path(json.loads(loaded("warehouse", "info").stdout)["url"].removeprefix("sqlite:///")).parent
    body = home / "archive" / sha256[:2] / f"{sha256}.gz"
    body.rename(tmp_path / "away")
    try:
        told = loaded("archive", "verify", expect=1).stdout
        unreadable = loaded("archive", "export", str(tmp_path / "part.warc.gz"), expect=1).stdout
    finally:
        (tmp_path / "away").rename(body)
    assert "缺失 missing: 1" in told and sha256 in told and "import a WARC" in told
    assert "未能读取 unreadable" in unreadable and sha256 in unreadable


def test_an_archive_moves_into_a_bucket_as_warc(
    loaded: Command, bucket: str, s3_env: dict[str, str], tmp_path: Path
) -> None:
    out = tmp_path / "all.warc.gz"
    assert "导出 exported" in loaded("archive", "export", out, "--source", "deyang").stdout
    other = s3_env | {"METROETL_HOME": str(tmp_path / "other"), "METROETL_ARCHIVE": f"{bucket}/archive"}
    told = loaded("archive", "import", out, **other).stdout
    assert "the next `metroetl run` reads them" in told and "left out" not in told
    assert "已入库 · loaded" in loaded("run", "--source", "deyang", **other).stdout
    asked = "SELECT DISTINCT role FROM raw_fetch JOIN ops_run USING (run_id) WHERE flow = 'collect'"
    assert loaded("query", asked, "--csv", **other).stdout.split() == ["role", "listing"]
    assert not (tmp_path / "other" / "archive").exists()
    deyang = ("query", "SELECT COUNT(*) AS n FROM core_document WHERE source_id = 'deyang'", "--csv")
    assert loaded(*deyang, **other).stdout == loaded(*deyang).stdout != "n\n0\n"


def test_an_archive_that_cant_be_opened_is_named(loaded: Command) -> None:
    refused = loaded("archive", "info", expect=1, METROETL_ARCHIVE="ftp://a/b").stderr
    assert "ARCHIVE" in refused and "METROETL_ARCHIVE is a folder or s3://bucket/prefix" in refused


def test_gaps_of_the_catalogue(loaded: Command, tmp_path: Path) -> None:
    note = tmp_path / "动态.txt"
    note.write_text(
        "甲市动态\n\n2025年4月30日\n\n2025年一季度，德阳市夜光藻产量12.5万吨，同比增长20.1%。\n",
        encoding="utf-8",
    )
    (gap,) = json.loads(loaded("catalogue", "gaps", "--json", note).stdout)
    assert (gap["name"], gap["statements"], gap["regions"], gap["documents"]) == (
        "夜光藻产量",
        2,
        ["德阳市"],
        1,
    )
    before = {g["name"] for g in json.loads(loaded("catalogue", "gaps", "--json").stdout)}
    assert "夜光藻产量" not in before
    loaded("inbox", "add", note)
    after = {g["name"]: g for g in json.loads(loaded("catalogue", "gaps", "--json").stdout)}
    assert after["夜光藻产量"]["statements"] == 2
    assert after["夜光藻产量"]["document"] == "inbox:动态.txt"
    assert "夜光藻产量" in loaded("catalogue", "gaps").stdout
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(b"%PDF-1.7\n1 0 obj << /Type /Catalog")
    told = loaded("catalogue", "gaps", damaged, note, expect=1)
    assert "UNREADABLE" in told.stderr and "夜光藻产量" in told.stdout


@pytest.mark.shared
@pytest.mark.parametrize(
    ("corpus", "program", "verb"),
    [("statistics", "score_statistics.py", "statistics"), ("plans", "score_plans.py", "plan")],
)
def test_every_case_passes_through(
    metroetl: Command, shared: Path, tmp_path: Path, corpus: str, program: str, verb: str
) -> None:
    score = [sys.executable, shared / "score" / program, shared / "corpus" / corpus]
    asked = subprocess.run([*score, "--requests"], capture_output=True, text=True, check=True).stdout
    (tmp_path / "in.jsonl").write_text(asked, encoding="utf-8")
    metroetl("extract", verb, tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    answered = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(answered) == len(asked.splitlines())
    scored = subprocess.run(
        [*score, tmp_path / "out.jsonl", "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(scored.stdout)["scores"]
