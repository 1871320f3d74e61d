"""Links into the Prefect UI: the form of a deployment, filled in."""

from __future__ import annotations

import json
import logging
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.settings import get_current_settings
from prefect.utilities.urls import url_for

log = logging.getLogger("metroetl.flows")


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
