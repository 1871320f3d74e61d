"""Great Expectations' own Data Docs of a run, for those who know them; off unless METROETL_DATA_DOCS is set.

GE writes them through a project of files, which lies in a temporary folder here, and validates once more. Their pages
load style, scripts and fonts from CDNs: without the network they are plain text. Our own page needs none.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from metroetl.quality.suites import Suite, great_expectations

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger("metroetl.quality")
WORST_ROWS = 20


def write_data_docs(
    frames: Mapping[str, pd.DataFrame], suites: Mapping[str, Suite], folder: Path, run_id: str
) -> Path:
    """Validate the frames in a project of files, and put its Data Docs into the folder; the address of their index."""
    gx = great_expectations()
    from great_expectations.checkpoint.actions import UpdateDataDocsAction
    from great_expectations.data_context.types.base import ProgressBarsConfig

    with tempfile.TemporaryDirectory() as project:
        context = gx.get_context(mode="file", project_root_dir=project)
        context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
        source = context.data_sources.add_pandas("staging")
        for table, suite in suites.items():
            frame = frames.get(table)
            if frame is None or frame.empty:
                continue
            rows = source.add_dataframe_asset(table).add_batch_definition_whole_dataframe("rows")
            expectations = context.suites.add(gx.ExpectationSuite(**suite.spec))
            definition = context.validation_definitions.add(
                gx.ValidationDefinition(name=table, data=rows, suite=expectations)
            )
            checkpoint = gx.Checkpoint(
                name=table,
                validation_definitions=[definition],
                actions=[UpdateDataDocsAction(name="docs")],
                result_format={"result_format": "SUMMARY", "partial_unexpected_count": WORST_ROWS},
            )
            context.checkpoints.add(checkpoint).run(
                batch_parameters={"dataframe": frame[suite.columns(frame)]},
                run_id=gx.RunIdentifier(run_name=run_id),
            )
        built = Path(project) / "gx" / "uncommitted" / "data_docs" / "local_site"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(built, folder)
    index = folder.absolute() / "index.html"
    log.info(
        "Data Docs: %s (they load style and scripts from CDNs: without the network they are plain)", index
    )
    return index
