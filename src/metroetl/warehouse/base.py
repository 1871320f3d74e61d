"""What every table shares: naming convention, snake_case names, UTC times, checks written in one way."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, MetaData, TypeDecorator
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Table(SQLModel, registry=registry(metadata=metadata)):
    """Base of all tables; `CoreObservation` becomes `core_observation`."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # noqa: N805  declared_attr makes it a class method
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


class UtcDateTime(TypeDecorator[datetime]):
    """Moments in UTC: timestamptz on PostgreSQL, text on SQLite; naive ones are refused, aware ones come back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; without offset on SQLite, which would drop it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Aware, in UTC."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def one_of(column: str, *values: str) -> CheckConstraint:
    """CHECK that a text column holds one of these values."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(v) for v in values)})", name=column)
