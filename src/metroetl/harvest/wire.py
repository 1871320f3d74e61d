"""The wire below the client: which machine is asked, over which TLS, how a body is opened, and what went wrong."""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpcore
import httpx

from metroetl.catalogue.models import TlsMode
from metroetl.errors import (
    HarvestError,
    HostDown,
    HostNotPublic,
    SettingsError,
    TlsFailure,
    Truncated,
    UnexpectedContentType,
)
from metroetl.harvest.addresses import HostMap, is_private

PIECE = 256 * 1024
ENCODINGS = {"gzip": zlib.MAX_WBITS | 32, "x-gzip": zlib.MAX_WBITS | 32, "deflate": zlib.MAX_WBITS}
GZIP = b"\x1f\x8b"
TEXT = re.compile(r"\s*(?:text/|application/(?:[\w.+-]{1,60}\+)?(?:json|xml|xhtml))", re.I)
NOT_OPENED = {"br", "zstd", "compress", "x-compress", "dcb", "dcz"}


@lru_cache(maxsize=8)
def tls_context(mode: TlsMode | None, ca_file: Path | None) -> ssl.SSLContext:
    """TLS as the catalogue declares it for a host (None: as it should be); `ca_file` holds further authorities.

    `legacy` allows old renegotiation, weaker ciphers and keys, and offers P-256 alone; certificates are checked.
    `unverified` checks no certificate. Raises SettingsError if the file can't be used.
    """
    if mode == "unverified":
        return httpx.create_ssl_context(verify=False, trust_env=False)
    context = httpx.create_ssl_context(trust_env=False)
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError) as error:
            raise SettingsError(f"METROETL_CA_FILE {ca_file} can't be used: {error}") from error
    if mode == "legacy":
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
        context.set_ciphers("DEFAULT@SECLEVEL=1")
        context.set_ecdh_curve("prime256v1")
    return context


class Transport(httpx.AsyncHTTPTransport):
    """Connections of the client: one TLS mode, every machine checked before it is connected to."""

    def __init__(self, context: ssl.SSLContext, stand_ins: HostMap) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, max_keepalive_connections=20, network_backend=_Door(stand_ins)
        )


class _Door(httpcore.AsyncNetworkBackend):
    """Connects to the stand-in of a host, else to the address that was checked: a name that is resolved again after
    the check could lead elsewhere (DNS rebinding)."""

    def __init__(self, stand_ins: HostMap) -> None:
        self._stand_ins = stand_ins
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(  # type: ignore[override]
        self, host: str, port: int, **how: Any
    ) -> httpcore.AsyncNetworkStream:
        if host in self._stand_ins:
            origin = urlsplit(self._stand_ins.origin(host))
            there = origin.port or (443 if origin.scheme == "https" else 80)
            return await self._backend.connect_tcp(origin.hostname or "", there, **how)
        failure: Exception = HostDown(f"{host} has no address")
        for address in await public_addresses(host):
            try:
                return await self._backend.connect_tcp(address, port, **how)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


async def public_addresses(host: str) -> list[str]:
    """Addresses of a name; raises HostNotPublic if one is in a private network, HostDown if there is none."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostDown(f"{host} has no address: {error}") from error
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    for address in addresses:
        if is_private(address):
            raise HostNotPublic(f"{host} leads to {address}, which is not on the public internet")
    return addresses


class Opener:
    """Opens a compressed body in pieces of bounded size, so that a bomb ends at the limit and not in memory.

    gzip and deflate, also one in the other, also gzip that wasn't asked for or that no header tells of in place of a
    text. Raises UnexpectedContentType for what can't be opened, Truncated for a damaged body or one that ends too early.
    """

    def __init__(self, content_encoding: str, media_type: str = "") -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        for name in NOT_OPENED.intersection(names):
            raise UnexpectedContentType(f"a body in the encoding {name}, which wasn't asked for")
        self._layers = [_Layer(ENCODINGS[name]) for name in reversed(names) if name in ENCODINGS]
        self._perhaps = not self._layers and TEXT.match(media_type) is not None

    def open(self, data: bytes) -> Iterator[bytes]:
        """Pieces of the opened body that these bytes give."""
        if data and self._perhaps:
            self._perhaps = False
            self._layers = [_Layer(ENCODINGS["gzip"])] if data.startswith(GZIP) else []
        pieces: Iterable[bytes] = (data,)
        for layer in self._layers:
            pieces = layer.open_all(pieces)
        yield from pieces

    def close(self) -> None:
        """Raises Truncated where the compressed body isn't whole."""
        if any(layer.begun and not layer.ended for layer in self._layers):
            raise Truncated("the compressed body isn't whole")


class _Layer:
    """One compression of a body."""

    def __init__(self, window: int) -> None:
        self._window, self._inflate = window, zlib.decompressobj(window)
        self.begun = False

    @property
    def ended(self) -> bool:
        return self._inflate.eof

    def open_all(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        for piece in pieces:
            yield from self._open(piece)

    def _open(self, data: bytes) -> Iterator[bytes]:
        if data and not self.begun and self._window == zlib.MAX_WBITS and data[0] & 0x0F != zlib.DEFLATED:
            self._window = -zlib.MAX_WBITS  # deflate without its header, as some servers send it
            self._inflate = zlib.decompressobj(self._window)
        more = False
        while data or more:
            if self._inflate.eof:  # gzip may come in several members; what else follows is padding
                if data[:2] not in (GZIP, GZIP[:1]):
                    return
                self._inflate = zlib.decompressobj(self._window)
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error as error:
                raise Truncated(f"the compressed body is damaged ({error})") from error
            self.begun, more = True, len(piece) == PIECE
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            if piece:
                yield piece


def header_texts(response: httpx.Response) -> dict[str, str]:
    """Headers as text, names lower case, the first of each name; raw UTF-8 or GBK values are read as such."""
    found: dict[str, str] = {}
    for name, value in response.headers.raw:
        try:
            text = value.decode("utf-8")
        except UnicodeDecodeError:
            text = value.decode("gb18030", "replace")
        found.setdefault(name.decode("ascii", "replace").lower(), text)
    return found


def named_error(error: Exception, received: int) -> HarvestError:
    """The named error of what httpx raised; `received` bytes of the body had come."""
    what = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, httpx.ConnectError) and (tls := _tls_cause(error)):
        return TlsFailure(tls.reason or str(tls))
    if isinstance(error, httpx.RemoteProtocolError | httpx.ReadError) and (received or "body" in what):
        return Truncated(f"the body broke off after {received} bytes ({what})")
    if isinstance(error, httpx.TransportError | TimeoutError):
        return HostDown(what)
    return HarvestError(what)


def _tls_cause(error: BaseException) -> ssl.SSLError | None:
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ssl.SSLError):
        cause = cause.__cause__ or cause.__context__
    return cause
