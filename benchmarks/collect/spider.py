"""The other side: Scrapy downloads the same pages and writes title, date, links and body text as JSON lines.

It does what a spider of its tutorial does, and no more: no archive, no check, no database. Run as
`python -m benchmarks.collect.spider PORT OUT HOST…`; the last line is the processor seconds of its imports.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

AT_ONCE = 8


def main() -> None:
    """Crawl the sites of these hosts."""
    port, out, *hosts = sys.argv[1:]
    import scrapy
    from scrapy.crawler import CrawlerProcess

    class Spider(scrapy.Spider):
        name = "synthetic"

        async def start(self) -> AsyncIterator[Any]:
            for host in hosts:
                yield scrapy.Request(f"http://127.0.0.1:{port}/@{host}/tjsj/index.html")

        def parse(self, response: Any) -> Iterator[Any]:
            for href in response.css("ul.list li a::attr(href)").getall():
                yield response.follow(href, self.parse_page)
            if response.url.endswith("/index.html"):
                pages = int(response.css("script::text").re_first(r"createPageHTML\((\d+)") or 1)
                for number in range(1, pages):
                    yield response.follow(f"index_{number}.html", self.parse)

        def parse_page(self, response: Any) -> Iterator[dict[str, Any]]:
            yield {
                "url": response.url,
                "title": response.css("h1::text").get(),
                "date": response.css('meta[name="PubDate"]::attr(content)').get(),
                "links": [response.urljoin(href) for href in response.css("a::attr(href)").getall()],
                "text": "\n".join(response.css(".trs_editor_view ::text").getall()),
            }

    process = CrawlerProcess(
        {
            "CONCURRENT_REQUESTS": AT_ONCE,
            "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE,
            "DOWNLOAD_DELAY": 0,
            "ROBOTSTXT_OBEY": False,
            "COOKIES_ENABLED": False,
            "TELNETCONSOLE_ENABLED": False,
            "LOG_LEVEL": "WARNING",
            "FEEDS": {out: {"format": "jsonlines", "encoding": "utf8"}},
        }
    )
    started = time.process_time()
    process.crawl(Spider)
    process.start()
    print(json.dumps({"imports": started}))


if __name__ == "__main__":
    main()
