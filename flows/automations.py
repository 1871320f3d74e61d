"""What the Prefect server does by itself on an event, made from `deployments/automations.yaml`: `python -m flows.automations`."""

from __future__ import annotations

from typing import Any

from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.events.actions import DoNothing, SendNotification
from prefect.events.schemas.automations import AutomationCore
from prefect.exceptions import ObjectNotFound
from ruamel.yaml import YAML

from metroetl.resources import folder
from metroetl.settings import settings

PREFIX = "metroetl-"


def automations(block: str | None) -> list[AutomationCore]:
    """The file's automations with the id of the block that tells; without one, what only tells is switched off."""
    found = YAML(typ="safe").load((folder("deployments") / "automations.yaml").read_text(encoding="utf-8"))
    return [_automation(entry, block) for entry in found["automations"]]


def _automation(entry: dict[str, Any], block: str | None) -> AutomationCore:
    actions: list[dict[str, Any]] = []
    for action in entry["actions"]:
        if action["type"] != "send-notification":
            actions.append(action)
        elif block:
            actions.append({**action, "block_document_id": block})
    if actions:
        return AutomationCore.model_validate({**entry, "enabled": True, "actions": actions})
    why = "（未设 METROETL_NOTIFY，已停用 · switched off, METROETL_NOTIFY names no block of the server that notifies）"
    off = {"enabled": False, "actions": [DoNothing()], "description": entry["description"] + why}
    return AutomationCore.model_validate({**entry, **off})


def block_id(client: SyncPrefectClient) -> str | None:
    """The id of the block that METROETL_NOTIFY names; None where none is named, the server has none, or it sends no words."""
    kind, _, name = settings().notify.partition("/")
    if not name or kind == "webhook":
        return None
    try:
        return str(client.read_block_document_by_name(name, kind).id)
    except ObjectNotFound:
        return None


def make_automations() -> dict[str, bool]:
    """Make or correct all automations and drop ours that the file no longer has; name to whether it is switched on.

    One that a person switched off in the UI stays off, unless it was off for want of a block.
    """
    made = {}
    with get_client(sync_client=True) as client:
        there = {a.name: a for a in client.read_automations() if a.name.startswith(PREFIX)}
        for automation in automations(block_id(client)):
            before = there.pop(automation.name, None)
            if before is None:
                client.create_automation(automation)
            else:
                if any(isinstance(action, SendNotification) for action in before.actions):
                    automation.enabled = automation.enabled and before.enabled
                client.update_automation(before.id, automation)
            made[automation.name] = automation.enabled
        for gone in there.values():
            client.delete_automation(gone.id)
    return made


def main() -> None:
    """Make the automations and say which are on."""
    for name, enabled in make_automations().items():
        print(f"{name}\t{'启用 · on' if enabled else '停用 · off'}")
    if not settings().notify:
        print("没有通知 · no notifications: set METROETL_NOTIFY or METROETL_NOTIFY_URL, then run this again")


if __name__ == "__main__":
    main()
