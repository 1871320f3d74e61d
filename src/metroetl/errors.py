"""One error tree with stable codes: each error says what happened and what an operator can do."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from metroetl.redaction import redact


class MetroError(Exception):
    """Base of every named error.

    `code` is stable and is what the warehouse stores as an outcome; `way_out` is the next step for a person. A secret in
    the message isn't shown.
    """

    code = "METRO_ERROR"
    way_out = "See the message; if it doesn't explain itself, report it with the run id."

    def __init__(self, message: str = "", *, way_out: str | None = None) -> None:
        super().__init__(redact(message) or self.__class__.__doc__ or self.code)
        if way_out is not None:
            self.way_out = way_out

    def __str__(self) -> str:
        return f"{self.code}: {super().__str__()} → {self.way_out}"

    @property
    def message(self) -> str:
        """The message alone, without code and way out."""
        return str(self.args[0])


def subclasses(error: type[MetroError]) -> Iterator[type[MetroError]]:
    """All errors below one of the tree."""
    for below in error.__subclasses__():
        yield below
        yield from subclasses(below)


class SettingsError(MetroError):
    """A setting contradicts another."""

    code = "SETTINGS"
    way_out = "Correct the METROETL_ environment variable that the message names."


class RunnerError(MetroError):
    """Reading can't be given to the workers that the settings name, or a worker isn't of this installation."""

    code = "RUNNER"
    way_out = (
        "Correct METROETL_RUNNER and METROETL_DASK_ADDRESS, or read by threads (METROETL_RUNNER=threads)."
    )


class NotifyAddressWrong(SettingsError):
    """The address of the notifications is none that Apprise knows."""

    code = "NOTIFY_ADDRESS"
    way_out = (
        "Set METROETL_NOTIFY_URL to an address as docs/how-to/notifications.md has them (wecombot://KEY)."
    )


class ServerOpen(SettingsError):
    """The Prefect server would listen to other machines without a password."""

    code = "SERVER_OPEN"
    way_out = (
        "Set PREFECT_SERVER_API_AUTH_STRING (name:password) and put TLS in front (docs/how-to/compose.md), "
        "or leave METROETL_UI_HOST at 127.0.0.1."
    )


class DeployFailed(MetroError):
    """The Prefect server refused a deployment."""

    code = "DEPLOY"
    way_out = (
        "Read what Prefect says above, correct deployments/prefect.yaml or the server, then deploy again."
    )


class CatalogueError(MetroError):
    """A catalogue file is wrong; the message names file, line and fix."""

    code = "CATALOGUE"
    way_out = "Correct the file at the line given, then run `metroetl sources list`."


class ExampleMissing(MetroError):
    """A source has no example page here."""

    code = "EXAMPLE_MISSING"
    way_out = "In a checkout: `python -m metroetl.replica.examples tests/pages`. Ask the site with --live."


class ExampleDiffers(MetroError):
    """An example page is read otherwise than its expectation says."""

    code = "EXAMPLE_DIFFERS"
    way_out = "Compare page and expectation: correct the source's family or options, the reader, or the expectation."


class ReplicaError(MetroError):
    """The replica can't do what was asked."""

    code = "REPLICA"
    way_out = "Check the date and the facts file."


# --- harvest -----------------------------------------------------------------------------------------------------


class HarvestError(MetroError):
    """A page or listing could not be read: never the same as nothing new.

    `status` is the answer's HTTP status where there was an answer.
    """

    code = "HARVEST"
    status: int | None = None
    way_out = "Run `metroetl sources check` on the source."


class BotChallenge(HarvestError):
    """The site answered with a challenge (Ruishu, jiasule, WZWS) in place of the page."""

    code = "BOT_CHALLENGE"
    way_out = "Challenges are left alone: use another official copy, or save the page in a browser and `metroetl inbox add` it."


class GeoBlocked(HarvestError):
    """The site refuses this network or this client."""

    code = "GEO_BLOCKED"
    way_out = "Run from a network that the site serves, or use another official copy."


class RateLimited(HarvestError):
    """The site asked for fewer requests."""

    code = "RATE_LIMITED"
    way_out = "Raise politeness.delay of the source; the next run goes on where this one stopped."


class CookieBounce(HarvestError):
    """The site redirects to the same address to set a cookie, again and again."""

    code = "COOKIE_BOUNCE"
    way_out = "Save the page in a browser and `metroetl inbox add` it."


class HomePageInstead(HarvestError):
    """The site answered 200 with its home page in place of the article."""

    code = "HOME_PAGE_INSTEAD"
    way_out = "The article moved or the site throttles: try again later, then check the listing."


class SoftNotFound(HarvestError):
    """The site answered 200 with a page that says 'not found'."""

    code = "SOFT_NOT_FOUND"
    way_out = "The page vanished; what was archived of it stays. Look for it on another site."


class NotFound(HarvestError):
    """The site answered 404 or 410."""

    code = "NOT_FOUND"
    way_out = (
        "The page vanished; what was archived of it stays. For a listing: the column moved, correct `list`."
    )


class ManyVanished(HarvestError):
    """Most known pages of a source are gone at once: the site was rebuilt, or hides them."""

    code = "MANY_VANISHED"
    way_out = "Open the site: correct `list` and `hosts` if it was rebuilt. What was archived stays."


class PastLastPage(HarvestError):
    """A list page after the last one."""

    code = "PAST_LAST_PAGE"
    way_out = "Nothing to do: paging ends here."


class EmptyListing(HarvestError):
    """A listing answered 200 but holds no item (or fewer than the source expects)."""

    code = "EMPTY_LISTING"
    way_out = "The form changed or the site failed quietly: open the listing, then correct the source's family or options."


class UnexpectedContentType(HarvestError):
    """The bytes are not of the kind asked for."""

    code = "UNEXPECTED_CONTENT_TYPE"
    way_out = "Open the address in a browser and compare."


class Truncated(HarvestError):
    """Fewer bytes came than the site announced."""

    code = "TRUNCATED"
    way_out = "The next run tries again."


class TooLarge(HarvestError):
    """The body is larger than the limit."""

    code = "TOO_LARGE"
    way_out = "Raise METROETL_MAX_BYTES if the file is wanted."


class TlsFailure(HarvestError):
    """No secure connection could be made."""

    code = "TLS_FAILURE"
    way_out = (
        "If the host is known for it, declare a `tls` exception for it in its source, with the reason: "
        "legacy, unverified or http. Behind a company proxy set METROETL_CA_FILE."
    )


class HostDown(HarvestError):
    """The host doesn't answer, or answers with a server error."""

    code = "HOST_DOWN"
    way_out = "The next run tries again; if it lasts, check the address."


class HostNotAllowed(HarvestError):
    """An address (also by redirect or attachment) is on a host that the catalogue doesn't name."""

    code = "HOST_NOT_ALLOWED"
    way_out = "If the host is right, add it to `hosts` of the source."


class HostNotPublic(HostNotAllowed):
    """A host of the catalogue leads to an address that is not on the public internet; it isn't connected to."""

    code = "HOST_NOT_PUBLIC"
    way_out = "Check the name, and who answers for it (DNS); a stand-in on this machine belongs into METROETL_HOST_MAP."


class RobotsDisallowed(HarvestError):
    """The site's robots.txt forbids this address."""

    code = "ROBOTS_DISALLOWED"
    way_out = "Leave it; ask the publisher or use another official copy."


class SharedLimitFailure(HarvestError):
    """The limit of a host that all processes share can't be kept."""

    code = "SHARED_LIMIT"
    way_out = (
        "Check PREFECT_API_URL and its server; `python -m flows.limits` makes the limits (`make up` does), "
        "again after a source was added."
    )


class ArchiveFailure(MetroError):
    """The archive can't be read or written."""

    code = "ARCHIVE"
    way_out = "Check METROETL_ARCHIVE and the store behind it; nothing was lost, the next run tries again."


class NotToldRight(MetroError):
    """What was told of a file of the inbox can't be."""

    code = "NOT_TOLD_RIGHT"
    way_out = "Correct it: title, publisher, published_on (2025-04-18), url, region (a code), access (public or internal)."


class NotTakenIn(MetroError):
    """A file of the inbox can't be archived."""

    code = "NOT_TAKEN_IN"
    way_out = "Put a whole, readable file into the inbox."


# --- documents ---------------------------------------------------------------------------------------------------


class DocumentError(MetroError):
    """Bytes that can't be turned into a document."""

    code = "DOCUMENT"
    way_out = "The snapshot stays in the archive; `metroetl run` reads it again after a fix."


class Unreadable(DocumentError):
    """The file is damaged or of a kind that isn't supported."""

    code = "UNREADABLE"
    way_out = "Get the file again (the next run does), or put a readable copy into the inbox."


class Encrypted(DocumentError):
    """The file is protected by a password."""

    code = "ENCRYPTED"
    way_out = "Put an unprotected copy into the inbox."


class ScannedImage(DocumentError):
    """The file holds pictures of text only."""

    code = "SCANNED_IMAGE"
    way_out = (
        "Put a copy with text into the inbox, or switch recognition on (METROETL_OCR=true and the extra `ocr`), "
        "then run the deployment `replay`."
    )


class LayoutChanged(DocumentError):
    """No body was found where this CMS family has it."""

    code = "LAYOUT_CHANGED"
    way_out = (
        "Compare the archived page with the example under tests/pages; add the new container to the source."
    )


class PartMissing(DocumentError):
    """A further part of a long article isn't archived, so the article isn't whole."""

    code = "PART_MISSING"
    way_out = "The next run asks for the part again; the article is read when it is whole."


class TooMuchInside(DocumentError):
    """A file holds more, or deeper, than is opened, or takes more memory or time than reading may."""

    code = "TOO_MUCH_INSIDE"
    way_out = "Unpack or split it by hand and put what is wanted into the inbox."


class ReaderFailed(DocumentError):
    """A reader failed in a way that nobody foresaw: a mistake of the project, or a file made to cause one."""

    code = "READER_FAILED"
    way_out = (
        "Report it with the address; the snapshot stays in the archive, and `replay` reads it after a fix."
    )

    @classmethod
    @contextmanager
    def instead(cls, name: str) -> Iterator[None]:
        """Raises ReaderFailed in place of an error that has no name: one file ends so, not the run."""
        try:
            yield
        except MetroError:
            raise
        except Exception as error:
            raise cls.of(error, name) from error

    @classmethod
    def of(cls, error: BaseException, name: str) -> ReaderFailed:
        """What failed, and in which line of the code."""
        steps = traceback.extract_tb(error.__traceback__)[-1:]
        place = "".join(f" in {Path(s.filename).name}:{s.lineno}" for s in steps)
        return cls(f"{name}: {type(error).__name__}{place}: {str(error)[:200]}")


class ConverterMissing(DocumentError):
    """The file needs a program that isn't installed here."""

    code = "CONVERTER_MISSING"
    way_out = "Install LibreOffice (writer and calc), then run the deployment `replay`."


# --- extraction --------------------------------------------------------------------------------------------------


class ExtractionError(MetroError):
    """A statement that can't be read for sure; it is abstained from, not guessed."""

    code = "EXTRACTION"
    way_out = "Read the sentence; if it is right, extend the catalogue's words."


class UnitUnknown(ExtractionError):
    """A number without a unit."""

    code = "UNIT_UNKNOWN"
    way_out = "Find the unit in the table's caption or header; if the publisher left it out, reject the row."


class PeriodUnknown(ExtractionError):
    """A number without a period."""

    code = "PERIOD_UNKNOWN"


class CountsDisagree(ExtractionError):
    """分别 with more names than values, or the reverse."""

    code = "COUNTS_DISAGREE"


# --- load --------------------------------------------------------------------------------------------------------


class WarehouseError(MetroError):
    """The warehouse can't do what was asked."""

    code = "WAREHOUSE"
    way_out = "Run `metroetl warehouse info`."


class VersionMissing(WarehouseError):
    """An address, or a version of it, isn't archived."""

    code = "VERSION_MISSING"
    way_out = (
        "`metroetl documents list` has the addresses, `metroetl documents versions ADDRESS` the versions."
    )


class GateHeld(MetroError):
    """A critical rule failed: the batch is held and nothing of it was published."""

    code = "GATE_HELD"
    way_out = (
        "Read the batch's failed rules, then run the deployment `decide` (approve or reject, with a reason)."
    )


class SuiteError(MetroError):
    """An expectation suite is wrong, or Great Expectations would drop a part of it silently."""

    code = "SUITE"
    way_out = "Correct the file under expectations/ that the message names."


class LoadConflict(WarehouseError):
    """Two loads met, or a batch is in another state than expected."""

    code = "LOAD_CONFLICT"
    way_out = "Wait for the other run, then run again: loads are idempotent."


class RunUnknown(WarehouseError):
    """No run has this id."""

    code = "RUN_UNKNOWN"
    way_out = "Copy the id from the run's summary (run-summary), or retry `last`."


class RunUnfinished(WarehouseError):
    """A run was killed, or still runs, and left no summary."""

    code = "RUN_UNFINISHED"
    way_out = "Run its flow again: it takes up what the run left and asks for nothing that is archived."


class NothingToRetry(WarehouseError):
    """Nothing failed that could be asked again."""

    code = "NOTHING_TO_RETRY"
    way_out = "Nothing to do; held batches wait for `decide` (`metroetl decide list`)."


class FlowsRefused(WarehouseError):
    """A file of flows between places has mistakes; nothing of it was loaded."""

    code = "FLOWS_REFUSED"
    way_out = "Correct the rows that the message names, then load the file again; nothing was changed."
