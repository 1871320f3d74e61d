"""Addresses: made absolute and comparable, and sent to a stand-in where a host is mapped to one."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

MIRROR = re.compile(r"^https?://big5\.[^/]{1,80}/gate/big5/")
SAFE = "/%:@!$&'()*+,;=~-._"
# site-local (RFC 3879: no longer given out, still routed inside) and local NAT64 (RFC 8215)
_INSIDE = (ipaddress.ip_network("fec0::/10"), ipaddress.ip_network("64:ff9b:1::/48"))
_CARRIERS = tuple(map(ipaddress.IPv6Network, ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")))


@dataclass(frozen=True)
class Request:
    """What is asked: an address of the catalogue's world, with a form or a JSON body where the site wants POST.

    A fragment of the address isn't sent; it tells apart what one interface is asked for.
    """

    url: str
    method: str = "GET"
    data: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    json: str | None = None

    @property
    def key(self) -> str:
        """The address under which an answer is recorded: forms of one address are told apart."""
        return f"{self.url}#{urlencode(self.data)}" if self.data else self.url


@lru_cache(maxsize=8192)  # every client looks at the addresses of the whole catalogue
def host_of(url: str) -> str:
    """Host name in lower case, without port; empty for what is no web address."""
    try:
        parts = urlsplit(url)
        return (parts.hostname or "").lower() if parts.scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def origin_of(url: str) -> str:
    """Scheme, host and port: `https://tjj.sc.gov.cn`."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def absolute(href: str, base: str, page_url: str) -> str | None:
    """A link as one comparable address, or None if it leads to no page.

    `base` is the page's base address (its own, or `<base href>`). The link takes the page's scheme where it names the
    page's host (http links in https pages), loses its fragment, doubled slashes (`//dt/`) and the big5 mirror's prefix;
    characters beyond ASCII are percent-encoded.
    """
    href = re.sub(r"[\t\r\n]", "", href.strip())
    if not href or href.startswith("#") or re.match(r"(?i)(?!https?:)[a-z][a-z0-9+.-]{1,20}:", href):
        return None
    try:
        url = MIRROR.sub(f"{urlsplit(page_url).scheme}://", urljoin(base, href))
        parts = urlsplit(url)
        if not parts.hostname or parts.scheme not in {"http", "https"}:
            return None
        same_host = parts.hostname.lower() == host_of(page_url)
    except ValueError:
        return None
    scheme = urlsplit(page_url).scheme if same_host else parts.scheme
    path = quote(re.sub(r"/{2,}", "/", parts.path) or "/", safe=SAFE)
    return urlunsplit((scheme, parts.netloc.lower(), path, quote(parts.query, safe=SAFE + "?"), ""))


def with_query(url: str, **values: str | int) -> str:
    """The address with query parameters set or replaced, the others as they were."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | {k: str(v) for k, v in values.items()}
    return urlunsplit(parts._replace(query=urlencode(query)))


def is_private(address: str) -> bool:
    """Whether an IP address is not on the public internet (loopback, private, link-local, reserved, multicast).

    An IPv6 address that carries an IPv4 one (mapped, compatible, translated, NAT64, 6to4) counts as that one too.
    """
    ip = ipaddress.ip_address(address.split("%")[0])
    inside = any(ip in network for network in _INSIDE)
    return inside or any(not a.is_global or a.is_multicast for a in (ip, *_carried(ip)))


def _carried(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 address inside an IPv6 one, where its prefix says so."""
    if not isinstance(ip, ipaddress.IPv6Address):
        return []
    found = [ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)] if any(ip in net for net in _CARRIERS) else []
    return found if ip.sixtofour is None else [*found, ip.sixtofour]


class HostMap:
    """Catalogue hosts that stand-ins on this machine answer for: there and back."""

    def __init__(self, hosts: Mapping[str, str]) -> None:
        self._there = {host.lower(): origin.rstrip("/") for host, origin in hosts.items()}
        self._back = {origin: host for host, origin in self._there.items()}

    def __contains__(self, host: object) -> bool:
        return isinstance(host, str) and host.lower() in self._there

    def origin(self, host: str) -> str:
        """Where the stand-in of a host is: `http://127.0.0.1:8001`."""
        return self._there[host.lower()]

    def back(self, url: str, asked: str) -> str:
        """The catalogue's address of one that a stand-in gave; `asked` is the catalogue address it answered for."""
        origin = origin_of(url)
        if origin == self._there.get(host_of(asked)):
            home = origin_of(asked)
        elif origin in self._back:
            home = f"{urlsplit(asked).scheme}://{self._back[origin]}"
        else:
            return url
        parts = urlsplit(url)
        return home + urlunsplit(("", "", parts.path or "/", parts.query, ""))
