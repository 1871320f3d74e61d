"""A short run of the fuzzer: a document or a named error, and none that nobody foresaw."""

from __future__ import annotations

from itertools import islice

from tests.security.fuzz import outcomes


def test_changed_files_end_as_documents_or_named_errors() -> None:
    found = list(islice(outcomes(seed=1), 80))
    assert {code for _, code, _ in found} >= {"OK", "UNREADABLE"}
    assert [message for _, code, message in found if code == "READER_FAILED"] == []
