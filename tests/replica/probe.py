import sys, tempfile
from pathlib import Path
from datetime import date
from metroetl.replica import Replica
from metroetl.replica.faults import FAULTS
from tests.replica.trials import Trial
import collections

DEF = {
    "two_parts": "anhui",
    "same_titles": "tjj_sh",
    "late_dates": "anhui",
    "odd_links": "anhui",
    "neighbours": "anhui",
    "wap_twins": "anhui",
    "old_paper": "gov_cn_policy",
    "forwarded": "chengdu_gov",
    "pager_lies": "stats_gov_cn",
    "pager_gone": "stats_gov_cn",
    "pdf_rows": "anhui",
    "three_levels": "cdstats",
}
names = sys.argv[1:] or list(FAULTS)
with Replica(date(2026, 11, 1)) as r:
    for n in names:
        n, _, s = n.partition("@")
        s = s or DEF.get(n, "cdstats")
        r.set_faults(s, n)
        r.log.clear()
        t = Trial(r, s, Path(tempfile.mkdtemp()), polite=n == "hurried")
        if n in (
            "no_unit",
            "dashes",
            "footnotes",
            "full_width",
            "side_by_side",
            "three_levels",
            "padded_names",
            "viewer",
            "header_names",
            "twin_files",
            "html_xls",
            "page_as_file",
            "attachment_only",
            "truncated_pdf",
            "attachment_replaced",
            "pdf_rows",
        ):
            t.since = date(2021, 1, 1)
        if n in ("old_paper", "forwarded", "short_pages"):
            t.since = date(2018, 1, 1)
        import time

        b = time.time()
        t.harvest()
        try:
            f = t.failed()
            p = t.pages()
            e = t.expected()
            extra = ""
            if set(p) != set(e):
                extra += f" missing {len(set(e) - set(p))} extra {sorted(set(p) - set(e))[:3]}"
            bad = [
                (d.title, e[u].title, d.published_on, e[u].published_on)
                for u, d in p.items()
                if u in e and (d.title != e[u].title or d.published_on != e[u].published_on)
            ]
            if bad:
                extra += f" BAD {bad[:2]}"
            from urllib.parse import unquote as q

            fm = {q(x) for x in t.expected_files()} - {q(x) for x in t.files()}
            if fm:
                extra += f" files missing {len(fm)} {sorted(fm)[:2]} "
        except Exception as x:
            f = f"{type(x).__name__} {x}"
            extra = ""
            p = {}
        print(
            n,
            s,
            f,
            len(p),
            len(t.files()),
            [s.fetch.role[0] + ":" + s.fetch.outcome for s in t.steps][:4],
            extra,
            round(time.time() - b, 1),
            flush=True,
        )
        r.set_faults(s)
