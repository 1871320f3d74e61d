"""Operations: is all well, what is kept how long, figures for monitoring, logs. Pure of Prefect; `flows/upkeep.py` runs it."""
