"""Secrets out of texts that people, logs and the warehouse get: named errors, log records, failures of a run.

Hidden are the secrets this process knows (settings that are secret, environment variables whose name says so) wherever
they stand, and what looks like one: a password in an address, an Authorization header, `password=…`, an AWS key id.
"""

from __future__ import annotations

import os
import re
from functools import lru_cache
from urllib.parse import unquote, urlsplit

HIDDEN = "***"
_SHORTEST = 6
_TELLING = re.compile(
    r"SECRET|PASSWORD|TOKEN|API_KEY|ACCESS_KEY_ID|AUTH_STRING|PING_URL|DATABASE_URL|CONNECTION_URL"
)
_PATTERNS = [
    (re.compile(r"([a-zA-Z][\w+.-]*://[^\s:/@]*):[^\s@/]+@"), rf"\1:{HIDDEN}@"),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?(?:(?:basic|bearer)\s+)?)[^\s'\",}]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)((?:password|passwd|secret|secret_?access_?key|api_?key|auth_string)['\"]?\s*[=:]\s*['\"]?)[^\s'\",;&}]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"), HIDDEN),
]  # fmt: skip
_told: set[str] = set()


def hide(value: str | None) -> None:
    """Never show this value again, nor, of an address, its password; a setting that is secret is told so."""
    if value:
        _told.update(_parts(value))


def redact(text: str) -> str:
    """The text without secrets."""
    for value in sorted(_told | _of_environment(), key=len, reverse=True):
        text = text.replace(value, HIDDEN)
    for pattern, put in _PATTERNS:
        text = pattern.sub(put, text)
    return text


def _of_environment() -> set[str]:
    return {part for name, value in os.environ.items() if _is_telling(name) for part in _parts(value)}


@lru_cache(maxsize=1024)
def _is_telling(name: str) -> bool:
    return bool(_TELLING.search(name))


@lru_cache(maxsize=256)
def _parts(value: str) -> frozenset[str]:
    """What of a value is secret: an address's password, or its path where it has none, else the whole.

    A word that may stand in any text (short, or letters only) is no secret that can be looked for.
    """
    found = {value}
    if "://" in value:
        try:
            address = urlsplit(value)
            password = address.password
        except ValueError:
            password = None
        else:
            found = {password, unquote(password)} if password else {address.path.strip("/")}
            if password is None and address.scheme not in ("http", "https"):
                found = set()  # sqlite:///… and the like: an address without a secret
    return frozenset(part for part in found if len(part) >= _SHORTEST and not re.fullmatch(r"[a-z]+", part))
