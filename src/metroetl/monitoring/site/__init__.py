"""The monitoring site: static pages from the marts, public rows only, every number a link to where it was read."""

from metroetl.monitoring.site.build import Built, build_site

__all__ = ["Built", "build_site"]
