"""Which source of the replica is broken, and how: every barrier and trap that can be switched, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from metroetl.errors import ReplicaError

# name → what happens; docs/reference/traps.md has the outcome of each
FAULTS: dict[str, str] = {
    # the host
    "down": "nothing listens on the host's port (all sources of the host)",
    "error": "every answer is 500",
    # challenges and refusals
    "ruishu": "412 with the script of Ruishu",
    "ruishu_202": "202 with the same script",
    "ruishu_inside": "the script stands in whole pages that have their content",
    "jiasule": "521 twice: a cookie, then a script that would make another",
    "slider": "200 with a slider to be dragged in place of every page",
    "wzws": "403, reason UrlACL",
    "geo": "403, reason GeoBL",
    "forbidden": "a bare 403",
    "refused_200": "the same bare page sent with 200",
    "referer": "403 for requests without a Referer of the own site",
    # pace and cookies
    "busy": "503 with Retry-After from the fourth request on",
    "hurried": "503 with Retry-After for a fourth request within a second",
    "too_many": "420 for every request",
    "cookie_bounce": "302 to the same address with a cookie, for ever",
    "cookie_once": "the same until the cookie comes back",
    # robots.txt
    "robots_forbid": "robots.txt forbids everything",
    "robots_moved": "robots.txt leads to /404.htm, which answers 200",
    # pages that are something else
    "not_found": "pages answer 404",
    "soft_404": "pages answer 200 and say that they don't exist",
    "moved_404": "pages lead to /404.htm, which answers 200",
    "home_page": "pages answer 200 with the home page",
    "bare_home": "the same where the home page has no meta tags",
    "moved_home": "pages lead to the home page",
    "stub": "pages answer 200 with 13 bytes",
    "padded_stub": "pages answer 200 with 300 bytes of nothing",
    "blank": "pages answer 200 with an empty body",
    # bytes
    "wrong_charset": "GB18030 bytes under a header that says utf-8",
    "no_charset": "GB18030 bytes, and neither header nor page says so",
    "false_meta": "utf-8 bytes, no charset in the header, gb2312 in the page's meta tag",
    "bom": "a byte order mark before every text, JSON too",
    "gzip": "compressed answers whatever the client asks for",
    "gzip_unsaid": "compressed answers without a header that says so",
    "truncated": "the connection ends early, lists excepted",
    "truncated_pdf": "PDF files end in the middle",
    # lists
    "empty_listing": "the list answers 200 without a row",
    "list_error": "the list answers 200 with an apology",
    "meta_refresh": "the list is a page that only leads on, by meta tag",
    "short_pages": "list pages have five rows, so that there are several",
    "pager_gone": "list pages don't say how many there are",
    "pager_lies": "list pages say that there are two more than there are",
    "written_rows": "rows are written by script",
    "same_titles": "the first three rows have the same text and an empty title",
    "late_dates": "the list prints a day ten days after the page's",
    "odd_links": "links as //host, http in https, with //, #, and by the big5 mirror",
    "neighbours": "a list of other provinces' news in the same form below the own one",
    "wap_twins": "every row has a twin for phones",
    "pdf_rows": "rows of pages with a file lead straight to the file",
    # pages
    "broken_html": "blocks in links, rows that don't end, a style between head and body, ends said twice",
    "bad_metas": "meta tags in lower case, empty, null, with two hosts",
    "attachment_only": "pages with a file have no text of their own",
    "viewer": "files are shown in a viewer's frame, not linked",
    "header_names": "a file's name stands in the response header only, in GBK",
    "twin_files": "two different files with one title",
    "html_xls": "spreadsheets are HTML tables under .xls",
    "page_as_file": "the addresses of files answer with a page",
    "two_parts": "long articles are in two parts (TRS)",
    "old_paper": "a paper written in 2004 and put on the site in 2018",
    # the days after
    "edited": "pages are edited in place a week after they came out",
    "attachment_replaced": "files are replaced under the same address after a week",
    "row_gone": "the newest row disappears after a week, its page stays",
    "page_gone": "the newest row and its page disappear after a week",
    "forwarded": "another organ's paper is forwarded under an own title",
    "duplicate": "the newest release stands on two addresses",
    # statistics
    "no_unit": "the newest table has no unit",
    "out_of_range": "the newest growth is a hundred times too large",
    "three_levels": "tables have a header of three levels",
    "side_by_side": "tables have two blocks side by side",
    "dashes": "what is missing in tables is …, /, - or nothing",
    "full_width": "figures of tables are in full-width digits",
    "footnotes": "table rows have footnote marks, notes follow the table",
    "padded_names": "short names in tables are padded with blanks",
}


class Faults:
    """Faults by source, each switched by its name in FAULTS."""

    def __init__(self, broken: Mapping[str, Iterable[str]] | None = None) -> None:
        self._broken: dict[str, frozenset[str]] = {}
        for source_id, names in (broken or {}).items():
            self.set(source_id, *names)

    def of(self, source_id: str) -> frozenset[str]:
        """The faults of a source."""
        return self._broken.get(source_id, frozenset())

    @property
    def sources(self) -> set[str]:
        """Sources that were broken, also those mended since."""
        return set(self._broken)

    def set(self, source_id: str, *names: str) -> None:
        """Break a source in these ways and no others; none mends it. Raises ReplicaError for an unknown name."""
        if unknown := set(names) - FAULTS.keys():
            raise ReplicaError(
                f"no such fault: {', '.join(sorted(unknown))}", way_out=f"One of {', '.join(sorted(FAULTS))}."
            )
        self._broken[source_id] = frozenset(names)
