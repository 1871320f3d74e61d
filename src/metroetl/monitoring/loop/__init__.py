"""Check-up, diagnosis, response (体检—诊断—应对): findings by rule, where they come from, loops that stay open."""

from __future__ import annotations
