"""Commands that go back: older pages by year, and the failed parts of a run once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from metroetl.cli.local import use_local_prefect

if TYPE_CHECKING:
    from metroetl.runs import RunSummary


def register(app: typer.Typer) -> None:
    """Put the commands into the app."""
    app.command("backfill")(backfill)
    app.command("retry")(retry)


def backfill(
    source: Annotated[list[str] | None, typer.Option(help="来源编号，可多次 · source id, repeatable")] = None,
    year_from: Annotated[int | None, typer.Option(help="起始年份，默认前年 · first year")] = None,
    year_to: Annotated[int | None, typer.Option(help="截止年份，默认今年 · last year")] = None,
    budget: Annotated[int, typer.Option(help="每个来源本次最多取多少页 · most pages a source and run")] = 200,
    max_pages: Annotated[int, typer.Option(help="每个列表最多翻多少页 · most list pages")] = 50,
) -> None:
    """补采：取往年的页面，可中断后再次运行 · Collect older pages by year; run again to go on. Exit as `metroetl run`."""
    import pydantic

    use_local_prefect()
    from flows.backfill import backfill_here
    from flows.parameters import BackfillRequest

    wanted = {"sources": source or [], "year_from": year_from, "year_to": year_to}
    wanted |= {"budget": budget, "max_pages": max_pages}
    try:
        request = BackfillRequest.model_validate({k: v for k, v in wanted.items() if v is not None})
    except pydantic.ValidationError as error:
        raise typer.BadParameter("; ".join(f"{e['loc'][0]}: {e['msg']}" for e in error.errors())) from None
    _show(backfill_here(request))


def retry(
    run: Annotated[str, typer.Argument(help="运行编号，或 last · run id, or last")] = "last",
) -> None:
    """重试：只再取一次运行中失败的部分 · Ask again for just what failed in a run. Exit as `metroetl run`, 0 where nothing failed."""
    import pydantic

    use_local_prefect()
    from flows.parameters import RetryRequest
    from flows.retry import retry_here
    from metroetl.errors import NothingToRetry

    try:
        request = RetryRequest(run=run)
    except pydantic.ValidationError as error:
        raise typer.BadParameter("; ".join(e["msg"] for e in error.errors())) from None
    try:
        summary = retry_here(request)
    except NothingToRetry as nothing:
        print(f"没有可重试的 · nothing to retry: {nothing.message}\n→ {nothing.way_out}")
        return
    _show(summary)


def _show(summary: RunSummary) -> None:
    from metroetl.cli.show import show_summary

    show_summary(summary)
    for left in (s for s in summary.sources if s.left or s.deeper):
        deeper = "；列表更深处还没有翻 · the listing goes deeper (--max-pages)" * left.deeper
        print(f"余下 left: {left.title} {left.left} 页 pages{deeper}")
    for one in summary.retried:
        print(f"{one.became}: {one.source_id} {one}")
    raise typer.Exit(summary.exit_code)
