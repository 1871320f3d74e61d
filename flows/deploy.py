"""Everything a Prefect server needs of us, made by one command that may be run again: `python -m flows.deploy`.

Work pool, queues, deployments, the limits of every host, the block of the notifications, automations.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.exceptions import ObjectNotFound

from flows import automations
from flows.limits import make_limits
from flows.notify import save_block
from metroetl.errors import DeployFailed, MetroError
from metroetl.resources import folder

POOL = "metroetl"
# in the order in which a worker that is busy takes them: a person first, then what is due on the day, then what can wait
QUEUES = {
    "by-hand": "人工触发 · what a person triggers",
    "upkeep": "值守与报告 · upkeep and reports",
    "nation": "国家站点 · sites of the nation",
    "sichuan": "四川与成都都市圈站点 · sites of Sichuan and the Chengdu circle",
    "delta": "长三角站点 · sites of the Yangtze River Delta",
    "catalogue": "遍历目录的运行 · runs over the whole catalogue",
}


def wait_for_server(client: SyncPrefectClient, seconds: float = 120) -> None:
    """Until the server answers, for it may just be starting; raises DeployFailed with what it said last."""
    deadline = time.monotonic() + seconds
    while error := client.api_healthcheck():
        if time.monotonic() > deadline:
            raise DeployFailed(f"no Prefect server answers at {client.api_url}: {error}")
        time.sleep(1)


def make_pool(client: SyncPrefectClient) -> None:
    """The work pool with its queues by priority; what a person set otherwise (paused, limits) stays."""
    try:
        client.read_work_pool(POOL)
    except ObjectNotFound:
        client.create_work_pool(WorkPoolCreate(name=POOL, type="process"))
    for priority, (name, description) in enumerate(QUEUES.items(), start=1):
        try:
            queue = client.read_work_queue_by_name(name, work_pool_name=POOL)
        except ObjectNotFound:
            client.create_work_queue(name, description, priority=priority, work_pool_name=POOL)
        else:
            client.update_work_queue(queue.id, description=description, priority=priority)


def make_deployments() -> None:
    """Every deployment of `deployments/prefect.yaml`; raises DeployFailed with the reason."""
    file = folder("deployments") / "prefect.yaml"
    command = [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(file)]
    done = subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=os.environ | {"COLUMNS": "200"}
    )
    if done.returncode:
        raise DeployFailed(
            f"prefect deploy ended with {done.returncode}:\n{done.stdout[-4000:]}{done.stderr[-4000:]}"
        )


def main() -> None:
    """Make everything and say what was made; exits 1 with the reason."""
    try:
        with get_client(sync_client=True) as client:
            wait_for_server(client)
            make_pool(client)
        make_deployments()
        limits = make_limits()
        block = save_block()
        on = automations.make_automations()
    except MetroError as error:
        sys.exit(str(error))
    except httpx.HTTPError as error:  # a wrong password, or a server that went away
        why = str(error).partition("\n")[0]
        sys.exit(str(DeployFailed(why, way_out="Check PREFECT_API_URL and PREFECT_API_AUTH_STRING.")))
    print(f"工作池 work pool {POOL}：{len(QUEUES)} 个队列 queues；{len(limits)} 个站点的限速 limits of hosts")
    print(f"通知 notifications：{block or '由 METROETL_NOTIFY 的块 · by the block of METROETL_NOTIFY'}")
    print(f"自动化 automations：{sum(on.values())} / {len(on)} 启用 on")


if __name__ == "__main__":
    main()
