"""Pages that a browser saved: as one file (MHTML), and as a page that names where it was saved from."""

from __future__ import annotations

import pytest

from metroetl.documents import saved_from
from metroetl.errors import DocumentError, Unreadable
from tests.documents import paper

ADDRESS = "https://www.jia.gov.cn/zfxxgk/t20250301_7.html"


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_page_in_one_file(read, charset):
    document = read(paper.saved_page(charset=charset), name="7.mhtml", url="inbox:7.mhtml")
    plain = read(paper.page(), url=ADDRESS)
    assert (document.title, document.text) == (plain.title, plain.text)
    assert document.attachments == plain.attachments
    assert document.attachments[0].url == "https://www.jia.gov.cn/zfxxgk/files/qd.pdf"
    assert document.url == "inbox:7.mhtml"


@pytest.mark.parametrize(
    ("data", "address"),
    [
        (paper.saved_page(), ADDRESS),
        (paper.saved_page("cid:frame-1"), None),
        (f"<!-- saved from url=(0046){ADDRESS} --><html>".encode(), ADDRESS),
        (f"<!DOCTYPE html>\n<!-- saved from url=(0046){ADDRESS}-->\n<html>".encode(), ADDRESS),
        (b"<!-- saved from url=(0013)file:///C:/a --><html>", None),
        (paper.page().encode(), None),
        (paper.word(), None),
    ],
    ids=["mhtml", "mhtml without", "comment", "after doctype", "local", "plain", "docx"],
)
def test_where_a_saved_page_came_from(data, address):
    assert saved_from(data) == address


def test_a_file_without_a_page_is_named(read):
    data = paper.saved_page().replace(b"text/html", b"text/x-no")
    with pytest.raises(Unreadable, match="MHTML"):
        read(data, name="7.mht")


def test_a_cut_off_file_ends_as_text_or_a_named_error(read):
    data = paper.saved_page()
    for end in range(200, len(data), 400):
        try:
            assert read(data[:end], name="7.mht").blocks
        except DocumentError as error:
            assert error.way_out
