"""Links of artifacts: forms of deployments, filled in; pages of strangers; what a run wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.utilities.urls import url_for

from flows import forms
from flows.parameters import SOURCES
from metroetl.catalogue import catalogue
from metroetl.served import served_address

log = logging.getLogger("metroetl.flows")


def cell(value: object) -> str:
    """Words of strangers in markdown: no markup, no link, no line break. By backslash: the UI shows entities as they are."""
    text = "" if value is None else " ".join(str(value).split())
    text = "".join(f"\\{char}" if char in "|[]<>*_`\\!&#~@" else char for char in text)
    return text.replace("://", "\\://").replace("www.", "www\\.")


def verbatim(text: str) -> str:
    """An address or a name of a stranger as it is, in a code span."""
    return f"`{' '.join(text.replace('`', ' ').split())}`"


def page_link(url: str, words: str = "网页") -> str:
    """A stranger's address as a link, where it is one of the web; else as a cell. `words` are ours, without markup."""
    if not url.startswith(("http://", "https://")):
        return cell(url) if words == "网页" else words
    return f"[{words}]({quote(url, safe=':/?=&%#+,;@~.-_')})"


def ui_address() -> str:
    """Address of the Prefect UI by Prefect's settings, else where its server stands by default."""
    settings = get_current_settings()
    address = str(settings.ui_url or "") or str(settings.api.url or "").removesuffix("/api")
    return address or "http://127.0.0.1:4200"


def form_link(deployment: str, request: dict[str, Any]) -> str | None:
    """Address of the form that starts `flow/name` with this request; None where no server has the deployment.

    Both UIs read the parameters as JSON from the address. It is written in ASCII without a per cent sign, for the old
    UI decodes it twice and the new one once.
    """
    base = deployment_page(deployment)
    if base is None:
        return None
    parameters = json.dumps({"request": request}, ensure_ascii=True).replace("%", "\\u0025")
    return f"{base}/run?parameters={quote(parameters, safe='')}"


def action(words: str, deployment: str, request: dict[str, Any], command: str = "") -> str:
    """A link to a filled form, as markdown; where no server has the deployment, the command that does the same."""
    link = form_link(deployment, request)
    if link:
        return f"[{words}]({link})"
    return f"{words}：`{command}`" if command else ""


def several(source_ids: Iterable[str]) -> dict[str, Any]:
    """These sources as the forms name them."""
    return {"sources": [forms.option(SOURCES, i) for i in source_ids if i in SOURCES]}


def source_page(source_id: str) -> str:
    """Address of a source's listing, or of its site where the listing isn't known; empty for the inbox."""
    source = catalogue().sources.get(source_id)
    if source is None:
        return ""
    return source.list if source.list.startswith("http") else f"https://{source.hosts[0]}/"


def file_words(path: str, words: str) -> str:
    """A page or file that a run wrote: a link where `metroetl serve` shows it, else where it lies."""
    address = served_address(path)
    return f"[{words}]({address})" if address else f"{words} `{path}`"


def deployment_page(deployment: str) -> str | None:
    """Address of a deployment's page, by PREFECT_UI_URL or else PREFECT_API_URL; None without a server that has it."""
    found = _id_of(deployment, url_for("deployment", obj_id="id"))
    return url_for("deployment", obj_id=found) if found else None


@lru_cache
def _id_of(deployment: str, base: str | None) -> str | None:
    """The id at the server whose UI is at `base`, asked once a process."""
    if base is None:  # a server for this process only: nobody can open its pages
        return None
    try:
        with get_client(sync_client=True) as client:
            return str(client.read_deployment_by_name(deployment).id)
    except ObjectNotFound:
        return None
    except Exception as error:  # a link less must not fail a run that is done
        log.warning("no link to the deployment %s: %s", deployment, error)
        return None
