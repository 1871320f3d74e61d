"""Notifications as their services get them: the bytes that are sent, the answers that mean no, the keys that stay secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from prefect.blocks.notifications import NotificationError

from flows.notify import AppriseBlock, save_block, send
from metroetl.errors import NotifyAddressWrong
from metroetl.settings import Settings
from tests.deployments.receivers import Receiver, authority_file, mail, services, text_of, web

KEY = "0badc0de-1111-4222-8333-5ec2e75ec2e7"
TITLE = "MetroETL：2 部规划 · 2 plan releases"
BODY = "【新发布】成都都市圈三年行动计划（2026—2028年）\n发布机关：领导小组"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority that lives as long as these tests."""
    return trustme.CA()


@pytest.fixture
def far_ends(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """The services as this process meets them: through a proxy, with a certificate of the authority."""
    with services(authority) as receiver:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{receiver.port}")
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority_file(authority, tmp_path)))
        monkeypatch.delenv("NO_PROXY", raising=False)
        yield receiver


SERVICES = {
    "企业微信": (
        f"wecombot://{KEY}", "qyapi.weixin.qq.com", f"/cgi-bin/webhook/send?key={KEY}",
        {"msgtype": "text", "text": {"content": f"{TITLE}\r\n{BODY}"}},
    ),
    "钉钉": (
        f"dingtalk://{KEY.replace('-', '')}", "oapi.dingtalk.com", f"/robot/send?access_token={KEY.replace('-', '')}",
        {"msgtype": "text", "at": {"atMobiles": [], "isAtAll": False}, "text": {"content": f"{TITLE}\r\n{BODY}"}},
    ),
    "飞书": (
        f"feishu://{KEY}", "open.feishu.cn", f"/open-apis/bot/v2/hook/{KEY}/",
        {"msg_type": "text", "content": {"text": f"{TITLE}\r\n{BODY}"}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_the_words_and_no_log_the_key(
    service: str, far_ends: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    url, host, path, payload = SERVICES[service]
    caplog.set_level(logging.DEBUG)
    block = AppriseBlock(url=url)
    send(block, TITLE, BODY)
    (request,) = far_ends.got
    assert (request.host, request.path, request.json) == (host, path, payload)
    secret = url.partition("://")[2]
    assert secret not in caplog.text and secret not in f"{block!r} {block.model_dump_json()}"


@pytest.mark.parametrize(
    ("service", "answer"),
    [
        ("企业微信", b'{"errcode": 93000, "errmsg": "invalid webhook url"}'),
        ("钉钉", b'{"errcode": 310000, "errmsg": "keywords not in content"}'),
        ("飞书", b'{"code": 19024, "msg": "Key Words Not Found"}'),
    ],
)
def test_a_no_within_an_answer_200_is_an_error(service: str, answer: bytes, far_ends: Receiver) -> None:
    far_ends.answer = answer
    with pytest.raises(NotificationError) as refused:
        send(AppriseBlock(url=SERVICES[service][0]), TITLE, BODY)
    assert len(far_ends.got) == 1 and "400" in refused.value.log
    assert KEY not in refused.value.log


def test_dingtalk_signs_with_its_secret(far_ends: Receiver) -> None:
    send(AppriseBlock(url=f"dingtalk://SECabcdef@{KEY.replace('-', '')}"), TITLE, BODY)
    (request,) = far_ends.got
    assert "&timestamp=" in request.path and "&sign=" in request.path and "SECabcdef" not in request.path


def test_a_long_text_comes_whole_in_parts_that_wecom_takes(
    far_ends: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.wecombot import NotifyWeComBot

    monkeypatch.setattr(NotifyWeComBot, "request_rate_per_sec", 0)  # 5.5 s between two parts otherwise
    body = "\n".join(f"{n}、都市圈规划一部" for n in range(120))
    send(AppriseBlock(url=SERVICES["企业微信"][0]), TITLE, body)
    parts = [request.json["text"]["content"] for request in far_ends.got]
    assert len(parts) > 1 and max(len(part.encode()) for part in parts) <= 2048
    joined = "".join(parts)
    assert TITLE in joined and all(f"{n}、都市圈规划一部" in joined for n in range(120))


def test_a_webhook_gets_title_and_message() -> None:
    with web() as receiver:
        send(AppriseBlock(url=f"json://127.0.0.1:{receiver.port}/hook"), TITLE, BODY)
    (request,) = receiver.got
    assert request.path == "/hook"
    assert (request.json["title"], request.json["message"]) == (TITLE, BODY)


def test_a_mail_comes_over_tls_with_its_subject(
    authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority_file(authority, tmp_path)))
    with mail(authority.issue_cert("localhost")) as receiver:
        url = f"mailtos://bot:{KEY}@localhost:{receiver.port}?from=bot@example.org&to=duty@example.org&mode=starttls"
        send(AppriseBlock(url=url), TITLE, BODY)
    (message,) = receiver.got
    assert (message["subject"], message["to"]) == (TITLE, "duty@example.org")
    assert "成都都市圈三年行动计划（2026—2028年）" in text_of(message)


def test_several_addresses_are_one_block() -> None:
    with web() as first, web() as second:
        send(
            AppriseBlock(url=f"json://127.0.0.1:{first.port}/a, json://127.0.0.1:{second.port}/b"),
            TITLE,
            BODY,
        )
    assert [r.path for r in first.got + second.got] == ["/a", "/b"]


def test_a_wrong_address_is_named_and_not_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(NotifyAddressWrong) as wrong:
        AppriseBlock(url=f"wechat-bot://{KEY}")
    assert wrong.value.code == "NOTIFY_ADDRESS" and KEY not in str(wrong.value)
    with pytest.raises(NotifyAddressWrong):
        AppriseBlock(url=f"dingtalk://{KEY}!/")
    assert KEY not in caplog.text


def test_the_address_names_the_block_and_stays_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METROETL_NOTIFY_URL", f"wecombot://{KEY}")
    assert Settings().notify == "apprise/metroetl"
    assert KEY not in repr(Settings())
    monkeypatch.setenv("METROETL_NOTIFY", "slack-webhook/plans")
    assert Settings().notify == "slack-webhook/plans"
    for name in ("METROETL_NOTIFY", "METROETL_NOTIFY_URL"):  # as compose hands on what .env leaves empty
        monkeypatch.setenv(name, "")
    assert Settings().notify == "" and save_block() is None
