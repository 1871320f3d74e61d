"""One settings class: every setting is an environment variable with the prefix METROETL_."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from metroetl.errors import SettingsError
from metroetl.redaction import hide

ROLE = "^[a-z_][a-z0-9_]{0,62}$"


class Settings(BaseSettings):
    """Settings of one installation.

    `home` holds everything that a run writes: the archive, the warehouse (SQLite by default), reports and pages. The
    archive may be in an S3-compatible store instead, whose keys and endpoint come from the usual `AWS_` variables.
    `host_map` sends a catalogue host to a stand-in (`{"tjj.sc.gov.cn": "http://127.0.0.1:8001"}`): for the replica
    only, refused in production.
    """

    model_config = SettingsConfigDict(env_prefix="METROETL_", env_file=".env", extra="ignore")

    environment: Literal["local", "production"] = Field(
        default="local", description="production refuses stand-in sites and impolite requests"
    )
    home: Path = Field(default=Path("data"), description="folder of everything that runs write")
    database_url: SecretStr | None = Field(
        default=None, description="SQLAlchemy address; the SQLite file warehouse.db in home if unset"
    )
    loader_role: str = Field(
        default="metroetl_loader",
        pattern=ROLE,
        description="PostgreSQL's group of those who load and see all",
    )
    reader_role: str = Field(
        default="metroetl_reader",
        pattern=ROLE,
        description="PostgreSQL's group of those who read public rows",
    )
    archive: str = Field(default="", description="a folder, or s3://bucket/prefix; home/archive if unset")
    world: Literal["facts", "synthetic"] = Field(
        default="facts", description="synthetic for volume tests and benchmarks; a warehouse is of one world"
    )
    clock: AwareDatetime | None = Field(
        default=None,
        description="the moment at which the clock starts, for a time-lapse of the synthetic world only",
    )

    host_map: dict[str, str] = Field(
        default_factory=dict, description="catalogue host to its stand-in, as JSON; refused in production"
    )
    user_agent: str = Field(
        default="MetroETL/0.1 (quarterly monitoring; public statistics only)",
        description="who asks; sites see it, and robots.txt may name it",
    )
    timeout_seconds: float = Field(default=30.0, description="of a request without a byte")
    max_bytes: int = Field(default=256 * 1024 * 1024, description="a larger body is `TOO_LARGE`")
    ca_file: Path | None = Field(
        default=None,
        description="PEM file of certificate authorities to trust too, of a company proxy for instance",
    )
    concurrency: int = Field(default=8, description="requests at once, of all hosts of a process together")
    groups_at_once: int = Field(default=4, ge=1, description="groups of hosts that one run asks at once")
    runner: Literal["threads", "dask"] = Field(
        default="threads",
        description="what reads and extracts: threads of the run, or Dask (needs the extra `dask`)",
    )
    dask_address: str = Field(
        default="", description="the Dask scheduler, as tls://host:8786; processes of this machine if unset"
    )
    workers: int | None = Field(
        default=None,
        ge=1,
        description="threads or processes of this machine that read at once; 2, or one a core",
    )
    retries: int = Field(default=3, description="of a request that may pass: no answer, a server error")
    ocr: bool = Field(
        default=False,
        description="read pictures of text too (needs the extra `ocr`); their figures wait for a person",
    )
    notify: str = Field(
        default="",
        description="the Prefect block that tells of new plans and of trouble, as type/name (custom-webhook/plans); none if unset",
    )
    notify_url: SecretStr | None = Field(
        default=None,
        description="Apprise's address of a service (wecombot://KEY), of which the deploy makes the block apprise/metroetl",
    )
    data_docs: bool = Field(
        default=False,
        description="write Great Expectations' own Data Docs of each run into home/validation too; they need the network "
        "to look right, and about 10 s",
    )
    site_url: str = Field(
        default="",
        pattern=r"^(https?://[^\s<>()\[\]]+)?$",
        description="where `metroetl serve` is reached (http://127.0.0.1:8010): runs link their validation pages and "
        "reports there; they name the files if unset",
    )
    user: str = Field(
        default="", description="who decides, as it is kept with a decision; the login name if unset"
    )
    politeness: bool = Field(
        default=True, description="false only against the replica: delays of the sources are kept otherwise"
    )

    ping_url: SecretStr | None = Field(
        default=None,
        description="address that is asked after each scheduled run (a dead-man's switch in the form of healthchecks.io)",
    )
    log: Literal["text", "json"] = Field(default="text", description="form of the log lines")
    log_level: Literal["", "DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="", description="INFO for json, WARNING for text if unset"
    )
    overdue_hours: float = Field(
        default=3, gt=0, description="so long after a scheduled time a run is overdue that didn't start"
    )
    run_hours: float = Field(
        default=48, gt=0, description="a run that lasts longer hangs: it is marked as crashed"
    )
    held_days: int = Field(default=3, ge=0, description="a held batch may wait so many days for a decision")
    disk_free_gb: float = Field(default=2, ge=0, description="less free space than this is told")
    keep_fetches_days: int = Field(
        default=400,
        ge=0,
        description="attempts that found nothing new are folded after so many days; 0 keeps all",
    )
    keep_flow_runs_days: int = Field(
        default=90,
        ge=1,
        description="the Prefect server that `make up` starts keeps runs, artifacts and logs so long",
    )
    keep_events_days: int = Field(default=30, ge=1, description="and events so long")
    keep_pages_days: int = Field(
        default=400, ge=0, description="validation pages are deleted after so many days; 0 keeps all"
    )

    @model_validator(mode="after")
    def _production_is_strict(self) -> Settings:
        if self.environment == "production" and (self.host_map or not self.politeness):
            raise SettingsError(
                "METROETL_HOST_MAP and METROETL_POLITENESS=false belong to the replica; production refuses them",
                way_out="Unset them, or set METROETL_ENVIRONMENT=local.",
            )
        return self

    @model_validator(mode="after")
    def _secrets_are_hidden(self) -> Settings:
        for secret in (self.database_url, self.ping_url, self.notify_url):
            hide(secret.get_secret_value() if secret else None)
        return self

    @model_validator(mode="after")
    def _clock_is_true(self) -> Settings:
        if self.clock is not None and (self.world != "synthetic" or self.environment == "production"):
            raise SettingsError(
                "METROETL_CLOCK belongs to a time-lapse of the synthetic world",
                way_out="Unset it; the machine's clock is used then.",
            )
        return self

    @model_validator(mode="after")
    def _archive_is_at_home(self) -> Settings:
        self.archive = self.archive or str(self.home / "archive")
        return self

    @model_validator(mode="after")
    def _block_of_the_address(self) -> Settings:
        if self.notify_url and not self.notify:
            self.notify = "apprise/metroetl"
        return self

    @property
    def warehouse_url(self) -> str:
        """SQLAlchemy address of the warehouse."""
        if self.database_url is not None and self.database_url.get_secret_value():
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.home / 'warehouse.db').absolute()}"

    @property
    def decider(self) -> str:
        """Who decides at this machine."""
        import getpass

        try:
            return self.user or getpass.getuser()
        except (KeyError, OSError):  # a container whose user has no name
            raise SettingsError("nobody is logged in by name", way_out="Set METROETL_USER.") from None

    @property
    def agenda(self) -> Path:
        """Folder of what was announced but isn't archived yet."""
        return self.home / "agenda"


@lru_cache
def settings() -> Settings:
    """The settings of this process (read once)."""
    return Settings()
