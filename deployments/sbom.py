"""What MetroETL is made of, of its pinned requirements: a CycloneDX bill of materials, and the licences.

`python -m deployments.sbom dist/sbom.cdx.json` writes the bill (CycloneDX 1.6, checked against its schema): every pin of
requirements.txt with its version, hashes and declared licence. `python -m deployments.sbom --licences` counts the
licences and refuses those that aren't permissive, but for the exceptions below.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.M)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
COPYLEFT = re.compile(r"\b(?:A?GPL|LGPL|MPL|EPL|EUPL|SSPL|GNU|Mozilla)", re.I)
EXCEPTIONS = {
    "psycopg": "LGPL: a library that is imported as it is; optional (PostgreSQL)",
    "psycopg-binary": "LGPL: as psycopg",
    "psycopg2-binary": "LGPL: only for tests",
    "certifi": "MPL: data of authorities, unchanged",
    "hypothesis": "MPL: only for tests",
    "orjson": "MPL and (Apache or MIT): a library that is imported as it is",
    "pathspec": "MPL: a library that is imported as it is",
    "tqdm": "MPL and MIT: a library that is imported as it is",
    "text-unidecode": "Artistic licence, or GPL at one's choice: the Artistic licence is taken",
}


@dataclass
class Pin:
    """One line of requirements.txt; the licence is what the installed package declares."""

    name: str
    version: str
    hashes: list[str] = field(default_factory=list)

    @property
    def licence(self) -> str:
        """SPDX expression or words; empty where it isn't installed here (another system's) or declares none."""
        try:
            told = metadata(self.name)
        except PackageNotFoundError:
            return ""
        classes = [
            c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if c.startswith("License")
        ]
        expression, words = ((told.get_all(name) or [""])[0] for name in ("License-Expression", "License"))
        return expression or "; ".join(classes) or words.strip().partition("\n")[0][:80]


def pins(path: Path = Path("requirements.txt")) -> Iterator[Pin]:
    """The pinned requirements, each name and version once."""
    found: dict[tuple[str, str], Pin] = {}
    for line in re.sub(r"\\\n", " ", path.read_text(encoding="utf-8")).splitlines():
        if match := PIN.match(line):
            name = re.sub(r"[-_.]+", "-", match[1]).lower()
            pin = found.setdefault((name, match[2]), Pin(name, match[2]))
            pin.hashes = sorted({*pin.hashes, *HASH.findall(line)})
    yield from found.values()


def bill(path: Path) -> str:
    """The bill of materials of a requirements file as CycloneDX JSON; raises ValueError if it isn't valid."""
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.bom import Bom
    from cyclonedx.model.component import Component, ComponentType
    from cyclonedx.model.license import DisjunctiveLicense
    from cyclonedx.output.json import JsonV1Dot6
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator
    from packageurl import PackageURL

    from metroetl import __version__

    bom = Bom()
    bom.metadata.component = Component(
        name="metroetl", version=__version__, type=ComponentType.APPLICATION, bom_ref="metroetl"
    )
    for pin in pins(path):
        component = Component(
            name=pin.name,
            version=pin.version,
            type=ComponentType.LIBRARY,
            purl=PackageURL("pypi", None, pin.name, pin.version),
            bom_ref=f"{pin.name}@{pin.version}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=one) for one in pin.hashes],
            licenses=[DisjunctiveLicense(name=pin.licence)] if pin.licence else (),
        )
        bom.components.add(component)
        bom.register_dependency(bom.metadata.component, [component])
    text: str = JsonV1Dot6(bom).output_as_string(indent=2)
    if wrong := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"the bill of materials isn't valid: {wrong}")
    return text


def refused(found: Iterator[Pin]) -> list[str]:
    """The requirements whose licence isn't permissive and that are no exception."""
    return [
        f"{p.name} {p.version}: {p.licence}"
        for p in found
        if COPYLEFT.search(p.licence) and p.name not in EXCEPTIONS
    ]


def main() -> None:
    """Write the bill of materials, or count the licences."""
    if sys.argv[1:] != ["--licences"]:
        target = Path(sys.argv[1] if sys.argv[1:] else "dist/sbom.cdx.json")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(bill(Path("requirements.txt")) + "\n", encoding="utf-8")
        print(target)
        return
    for licence, count in Counter(p.licence or "not declared here" for p in pins()).most_common():
        print(f"{count:>4}  {licence}")
    for name, why in EXCEPTIONS.items():
        print(f"exception  {name}: {why}")
    if wrong := refused(pins()):
        sys.exit("refused: " + "; ".join(wrong))


if __name__ == "__main__":
    main()
