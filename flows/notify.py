"""Messages to people, by the Prefect block that METROETL_NOTIFY names, and a block for every address that Apprise knows.

`python -m flows.notify` makes the block of METROETL_NOTIFY_URL and sends a test message. The server finds the block's
class by the entry point `prefect.collections` of this package, for its automations send through it too.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from types import SimpleNamespace
from typing import Any

import requests
from apprise import Apprise, AppriseAsset, OverflowMode
from apprise.plugins import dingtalk, feishu, wecombot
from prefect.blocks.abstract import NotificationBlock, NotificationError
from prefect.blocks.core import Block
from prefect.blocks.notifications import AbstractAppriseNotificationBlock
from prefect.blocks.webhook import Webhook
from pydantic import Field, SecretStr

from metroetl.errors import MetroError, NotifyAddressWrong
from metroetl.runs import Failure
from metroetl.settings import settings

log = logging.getLogger("metroetl.flows")

BLOCK = "apprise"
WECOM_CHARACTERS = 680  # 企业微信 takes 2,048 bytes a message; a Chinese character is three
for _name in ("apprise", "urllib3"):  # their DEBUG lines hold the addresses, and those the keys
    logging.getLogger(_name).setLevel(logging.INFO)


def _post(*args: Any, **kwargs: Any) -> requests.Response:
    """`requests.post` to 企业微信, 钉钉, 飞书, which say no within an answer 200: Apprise sees the no as 400."""
    answer = requests.post(*args, **kwargs)  # noqa: S113 - Apprise gives the time-out
    try:
        told = answer.json()
        code = told.get("errcode", told.get("code", 0))
    except (ValueError, AttributeError):
        return answer
    if answer.ok and code:
        log.warning("the message was refused: %s %s", code, told.get("errmsg", told.get("msg", "")))
        answer.status_code = 400
    return answer


for _plugin in (wecombot, dingtalk, feishu):
    setattr(  # noqa: B010
        _plugin,
        "requests",
        SimpleNamespace(post=_post, codes=requests.codes, RequestException=requests.RequestException),
    )


class AppriseBlock(AbstractAppriseNotificationBlock):
    """企业微信、钉钉、飞书、邮件、Webhook 等：任何 Apprise 地址 · any address of Apprise, several with a comma between."""

    _block_type_name = "Apprise"
    _block_type_slug = BLOCK

    url: SecretStr = Field(
        title="Apprise 地址 address",
        description="wecombot://KEY · dingtalk://SECRET@TOKEN · feishu://TOKEN · mailtos://USER:PASSWORD@HOST?to=NAME · jsons://HOST/PATH",
    )

    def _start_apprise_client(self, url: SecretStr) -> None:
        asset = AppriseAsset(app_id="MetroETL", app_desc="MetroETL", app_url="", image_url_mask="")
        self._apprise_client = Apprise(asset=asset)
        told = logging.getLogger("apprise")
        level = told.level
        told.setLevel(logging.CRITICAL + 1)  # it says what is wrong with an address, and the key with it
        try:
            added = self._apprise_client.add(url.get_secret_value())
        finally:
            told.setLevel(level)
        if not added:
            raise NotifyAddressWrong()
        for service in self._apprise_client:
            if isinstance(service, wecombot.NotifyWeComBot):
                service.body_maxlen = WECOM_CHARACTERS
            service.overflow_mode = OverflowMode.SPLIT


def notify(subject: str, body: str, payload: dict[str, Any] | None = None) -> list[Failure]:
    """Send by the block of the settings, if one is named; what goes wrong is told, never raised.

    A block `webhook` is posted `subject`, `body` and `payload` as JSON, any other the words.
    """
    name = settings().notify
    if not name:
        return []
    try:
        send(Block.load(name), subject, body, payload)
    except Exception as error:  # whatever a block of a third party raises
        log.exception("the notification by %s failed", name)
        detail = f"{type(error).__name__}: {getattr(error, 'log', error)}"
        way_out = "Check METROETL_NOTIFY and the block (`python -m flows.notify`); the event and the artifact are there."
        return [Failure(code="NOTIFICATION", url=name, detail=detail, way_out=way_out)]
    return []


def send(block: Any, subject: str, body: str, payload: dict[str, Any] | None = None) -> None:
    """Send by one block; raises what the block raises, NotificationError where the service refuses."""
    if isinstance(block, NotificationBlock):
        tell: Any = block.notify  # waits, for no loop runs in the thread of a task
        with block.raise_on_failure():
            tell(body, subject)
    elif isinstance(block, Webhook):
        told = {"subject": subject, "body": body, **(payload or {})}
        asyncio.run(block.call(told)).raise_for_status()
    else:
        raise TypeError(f"{type(block).__name__} is no block that notifies")


def save_block() -> str | None:
    """Make the block of METROETL_NOTIFY_URL at the server, or correct it; its type/name, None without such an address."""
    url, name = settings().notify_url, settings().notify
    if not url or not name.startswith(f"{BLOCK}/"):
        return None
    AppriseBlock(url=url).save(name.removeprefix(f"{BLOCK}/"), overwrite=True)
    return name


def main() -> None:
    """Make the block and send a test message; exits 1 with the reason where nothing arrived."""
    try:
        save_block()
        if not settings().notify:
            raise NotifyAddressWrong("neither METROETL_NOTIFY nor METROETL_NOTIFY_URL is set")
        body = (
            f"来自 {socket.gethostname()} 的测试消息：通知可以送达。\nA test message: notifications arrive."
        )
        send(Block.load(settings().notify), "MetroETL：测试 · test", body)
    except NotificationError as error:
        sys.exit(f"{settings().notify}: {error.log}")
    except MetroError as error:
        sys.exit(str(error))
    print(f"{settings().notify}: 已发送 · sent")


if __name__ == "__main__":
    from flows.notify import main  # the module that the server's blocks are of, not __main__

    main()
