"""The site on this machine: its files, and a first page that leads to it and to the Prefect UI."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.errors import WarehouseError
from metroetl.monitoring.site.build import MARKER

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

HOST = "127.0.0.1"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
# pages that carry their style and script inside; each states in its meta what it may do
PAGE_POLICIES = {
    "/validation/": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "/reports/": "connect-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def site_app(folder: Path, prefect: str, others: Mapping[str, Path] | None = None) -> Starlette:
    """`/` leads to `/site/`, the folder, and to the Prefect UI at `prefect`; for this machine's own names, reading only.

    `others` are folders of single files (validation pages, reports) by name. Raises WarehouseError where no site was
    built and there are no others.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.requests import Request
    from starlette.responses import HTMLResponse
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    built = (folder / MARKER).is_file()
    if not built and not others:
        raise WarehouseError(
            f"no site in {folder}", way_out="Run `metroetl site build`, or name its folder with --site."
        )
    page = _landing(prefect, built)

    async def first(_: Request) -> HTMLResponse:
        return HTMLResponse(page)

    return Starlette(
        routes=[
            Route("/", first),
            Mount("/site", StaticFiles(directory=folder, html=True, check_dir=False)),
            *(Mount(f"/{name}", StaticFiles(directory=path)) for name, path in (others or {}).items()),
        ],
        middleware=[
            Middleware(_with_headers),
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"]),  # no rebinding of names
        ],
    )


def _landing(prefect: str, built: bool) -> str:
    from jinja2 import Environment, PackageLoader

    if not prefect.startswith(("http://", "https://")):
        raise WarehouseError(f"{prefect} is no web address", way_out="Write --prefect http://127.0.0.1:4200.")
    environment = Environment(loader=PackageLoader("metroetl.monitoring.site"), autoescape=True)
    return environment.get_template("landing.html").render(prefect=prefect, built=built)


def _with_headers(app: ASGIApp) -> ASGIApp:
    """Security headers on every answer."""
    from starlette.datastructures import MutableHeaders
    from starlette.types import Message, Receive, Scope, Send

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update({**HEADERS, **_policy(scope.get("path", ""))})
            await send(message)

        await app(scope, receive, send_on)

    return answer


def _policy(path: str) -> dict[str, str]:
    """The policy of a page that isn't the site's."""
    found = next((policy for start, policy in PAGE_POLICIES.items() if path.startswith(start)), None)
    return {"Content-Security-Policy": found} if found else {}
