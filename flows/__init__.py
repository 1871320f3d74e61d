"""Prefect flows: thin. A task's body is a call or two into `metroetl.pipeline`; business logic lives there."""
