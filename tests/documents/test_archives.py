"""Archives: their documents are taken out within bounds, whatever their makers named them."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest

from metroetl.documents import is_archive, open_members
from metroetl.errors import Encrypted, TooMuchInside, Unreadable
from tests.documents import paper

TEXT = "甲市经济运行情况，全年地区生产总值1234.5亿元。".encode()


def names(data: bytes) -> list[str]:
    return [m.name for m in open_members(data)]


def test_documents_are_taken_out_and_litter_is_left():
    data = paper.archive(
        {
            "附件/1.表格.xlsx": TEXT, "附件/说明.txt": TEXT, "__MACOSX/._1.txt": b"x", ".DS_Store": b"x",
            "Thumbs.db": b"x", "setup.exe": b"MZ", "附件/": b"",
        }
    )  # fmt: skip
    assert is_archive(data)
    assert names(data) == ["附件/1.表格.xlsx", "附件/说明.txt"]
    assert next(m.data for m in open_members(data) if m.name.endswith("txt")) == TEXT


@pytest.mark.parametrize("office", [paper.word(), paper.ofd_paper()], ids=["docx", "ofd"])
def test_office_files_are_no_archives(office):
    assert not is_archive(office)


def test_names_in_gbk_are_read_as_they_were_meant():
    data = bytearray(paper.archive({"aaaaaaaa.txt": TEXT}))
    name = "统计公报".encode("gbk")
    assert bytes(data).count(b"aaaaaaaa") == 2
    assert names(bytes(data).replace(b"aaaaaaaa", name)) == ["统计公报.txt"]


def test_no_name_leads_out_of_the_archive():
    found = names(
        paper.archive({"../../etc/a.txt": TEXT, "/b.txt": TEXT, "C:\\x\\c.txt": TEXT, "d/./../e.txt": TEXT})
    )
    assert found == ["etc/a.txt", "b.txt", "x/c.txt", "d/e.txt"]


def test_a_link_is_no_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        link = zipfile.ZipInfo("a.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        container.writestr(link, "/etc/passwd")
        container.writestr("b.txt", TEXT)
    assert names(out.getvalue()) == ["b.txt"]


def test_archives_in_archives_are_opened_to_a_depth():
    inner = paper.archive({"b.txt": TEXT})
    assert names(paper.archive({"a.txt": TEXT, "附件.zip": inner})) == ["a.txt", "附件.zip/b.txt"]
    with pytest.raises(TooMuchInside, match="deep"):
        names(paper.archive({"1.zip": paper.archive({"2.zip": inner})}))


def test_too_many_documents_over_all_depths_are_refused():
    inner = paper.archive({f"{n}.txt": TEXT for n in range(120)})
    assert len(names(inner)) == 120
    with pytest.raises(TooMuchInside, match="200"):
        names(paper.archive({"1.zip": inner, "2.zip": inner}))


def test_what_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    data = bytearray(paper.archive({"a.txt": b"\x00" * 1000}))
    entry = data.index(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 0xF0000000)
    with pytest.raises(TooMuchInside, match="unpacks"):
        names(bytes(data))


def test_bombs_within_bombs_count_together():
    bomb = paper.archive({"a.txt": b"\x00" * (100 * 1024 * 1024)})
    assert len(bomb) < 200_000
    with pytest.raises(TooMuchInside, match="unpacks"):
        names(paper.archive({"1.zip": bomb, "2.zip": bomb, "3.zip": bomb}))


def test_a_password_and_damage_are_named():
    data = bytearray(paper.archive({"a.txt": TEXT}))
    locked = data[:]
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Encrypted):
        names(bytes(locked))
    with pytest.raises(Unreadable):
        names(bytes(data[:40]))
    broken = data[:]
    broken[45] ^= 0xFF
    with pytest.raises(Unreadable):
        names(bytes(broken))


def test_an_archive_is_a_document_of_its_files(read):
    document = read(
        paper.archive({"附件/清单.txt": TEXT}), url="https://www.jia.gov.cn/a.zip", name="附件.zip"
    )
    assert (document.title, document.text) == ("附件", "")
    (file,) = document.attachments
    assert (file.name, file.url) == (
        "清单.txt",
        "https://www.jia.gov.cn/a.zip#%E9%99%84%E4%BB%B6/%E6%B8%85%E5%8D%95.txt",
    )


def test_an_archive_without_a_document_is_named(read):
    with pytest.raises(Unreadable, match="without a document"):
        read(paper.archive({"setup.exe": b"MZ"}), name="a.zip")
