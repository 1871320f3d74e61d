"""The time-lapse: two years of releases of a synthetic world, day by day through the real flows, with faults.

`places` and `world` make what is published (and so know the truth), `sites` serves it over HTTP and spoils answers,
`mishaps` says what breaks on which day, `machines` are the processes that are killed and started again, `driver` steps
the days (`play` all of them), `judge` compares the warehouse with the truth, `report` tells. `python -m benchmarks.timelapse --help`.
"""
