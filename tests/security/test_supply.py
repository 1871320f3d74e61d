"""What is installed is pinned, hashed, listed and permissively licensed."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from deployments.sbom import Pin, bill, pins, refused

FILES = ("requirements.txt", "benchmarks/requirements.txt")


@pytest.mark.parametrize("name", FILES)
def test_every_requirement_is_pinned_and_hashed_and_names_no_host(root: Path, name: str) -> None:
    lines = re.sub(r"\\\n", " ", (root / name).read_text(encoding="utf-8")).splitlines()
    asked = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    pinned = re.compile(
        r"[A-Za-z0-9._-]+(?:\[[\w,-]+\])?==[^\s;]+(?: ; [^-]+?)?(?:\s+--hash=sha256:[0-9a-f]{64})+\s*"
    )
    assert len(asked) > 30 and [line[:80] for line in asked if not pinned.fullmatch(line)] == []
    assert not re.search(r"://|--(?:extra-)?index|--find-links|--trusted-host|@ ", "\n".join(lines))


def test_nothing_slows_every_import_of_prefect(root: Path) -> None:
    """jsonschema imports rfc3987-syntax where it is installed, which builds a grammar: 1.2 s of every run's process."""
    assert "rfc3987-syntax" not in {pin.name for pin in pins(root / "requirements.txt")}


def test_the_install_command_insists_on_hashes(root: Path) -> None:
    commands = re.findall(r"pip install.*", (root / "Makefile").read_text(encoding="utf-8"))
    from_files = [c for c in commands if " -r " in c]
    assert from_files and all("--require-hashes" in c and "--no-deps" in c for c in from_files)


def test_the_bill_of_materials_names_every_pin(root: Path) -> None:
    text = bill(root / "requirements.txt")  # checked against the schema of CycloneDX on the way
    found = {(c["name"], c["version"]): c for c in json.loads(text)["components"]}
    wanted = set(
        re.findall(
            r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)",
            (root / "requirements.txt").read_text("utf-8"),
            re.M,
        )
    )
    assert found.keys() == wanted
    assert all(c["hashes"] and c["purl"].startswith("pkg:pypi/") for c in found.values())
    assert set(re.findall(r"\w+://[^/\"]+", text)) == {"http://cyclonedx.org"}  # the schema; no host, no path
    assert str(root) not in text


def test_licences_are_permissive_but_for_the_named_exceptions(root: Path) -> None:
    found = list(pins(root / "requirements.txt"))
    assert refused(iter(found)) == []
    assert sum(1 for pin in found if pin.licence) > 0.9 * len(found)


def test_a_copyleft_licence_is_refused() -> None:
    """pygments is permissive; under another name than the exceptions', an LGPL package isn't."""

    class Lent(Pin):
        licence = "GNU Affero General Public License v3"

    assert refused(iter([Lent("lent", "1")])) and not refused(iter([Pin("pygments", "1")]))
