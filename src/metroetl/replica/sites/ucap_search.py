"""A UCAP site whose list is the JSON of its search, `/common/search/<channel>`."""

from __future__ import annotations

from metroetl.catalogue.models import Source
from metroetl.replica.sites.base import Answer, Ask, Scene
from metroetl.replica.sites.ucap import Ucap, search_answer

SEARCH = "/common/search/"


class UcapSearch(Ucap):
    """The column's own page isn't there; `page` counts from 1 and `rows` is the size of a page."""

    @classmethod
    def serves(cls, source: Source) -> bool:
        return super().serves(source) and SEARCH in (source.replica_list or source.list)

    @property
    def channel(self) -> str:
        return self.list_path.rpartition("/")[2]

    def list_number(self, ask: Ask, pages: int) -> int | None:
        number = ask.query.get("page", "1")
        return (int(number) if number.isdecimal() else 1) if ask.path == self.list_path else None

    def listing(self, number: int, scene: Scene) -> Answer:
        return search_answer(self, number, scene)
