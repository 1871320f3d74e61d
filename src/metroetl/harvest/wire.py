"""The wire below the client: TLS contexts, private networks, and what httpx says in our own words."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpx

from metroetl.errors import HarvestError, HostDown, HostNotAllowed, TlsFailure, Truncated
from metroetl.harvest.addresses import is_private


def legacy_tls() -> ssl.SSLContext:
    """TLS for hosts that a source declares `legacy`: old renegotiation, weaker ciphers, P-256; certificates checked."""
    context = httpx.create_ssl_context(trust_env=False)
    context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)
    context.set_ciphers("DEFAULT@SECLEVEL=1")
    context.set_ecdh_curve("prime256v1")
    return context


async def refuse_private(host: str) -> None:
    """Raise HostNotAllowed if a public name leads into a private network, HostDown if it leads nowhere."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise HostDown(f"{host} has no address: {error}") from error
    for *_, address in found:
        if is_private(str(address[0])):
            raise HostNotAllowed(
                f"{host} leads to {address[0]}, which is not on the public internet",
                way_out="Check the name; a stand-in on this machine belongs into METROETL_HOST_MAP.",
            )


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
    if isinstance(error, httpx.DecodingError):
        return Truncated(f"the compressed body is damaged ({what})")
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
