"""The local web server and the world of the harvest's tests."""

from __future__ import annotations

from tests.harvest.conftest import server, site, world

__all__ = ["server", "site", "world"]
