"""The SDMX structure message of the observations: concepts, code lists, data structure and dataflow, SDMX-ML 2.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from metroetl.warehouse.exports.sdmx_codes import Codes, Name
from metroetl.warehouse.exports.stamp import Stamp

AGENCY, FLOW, VERSION = "METROETL", "OBSERVATION", "1.0"


@dataclass(frozen=True)
class Component:
    """A dimension or attribute: its names, and its code list or the type of its text."""

    id: str
    name: Name
    codelist: str = ""
    text_type: str = "string"


DIMENSIONS = (
    Component("FREQ", Name("频率", "Frequency"), "CL_FREQ"),
    Component("REF_AREA", Name("地区", "Reference area"), "CL_AREA"),
    Component("INDICATOR", Name("指标", "Indicator"), "CL_INDICATOR"),
    Component("MEASURE", Name("度量", "Measure"), "CL_MEASURE"),
    Component("VARIANT", Name("变体", "Variant of the series"), "CL_VARIANT"),
)
TIME = Component("TIME_PERIOD", Name("时期", "Time period"), text_type="observationalTimePeriod")
VALUE = Component("OBS_VALUE", Name("数值", "Observation value"), text_type="double")
ATTRIBUTES = (
    Component("UNIT_MEASURE", Name("单位", "Unit of measure"), "CL_UNIT"),
    Component(
        "UNIT_MULT", Name("单位倍数（10 的幂）", "Unit multiplier (power of ten)"), text_type="integer"
    ),
    Component("OBS_STATUS", Name("观测状态", "Observation status"), "CL_OBS_STATUS"),
    Component("DECIMALS", Name("印出的小数位数", "Decimals as printed"), text_type="integer"),
    Component("REVISION_STAGE", Name("修订阶段", "Stage of revision"), "CL_REVISION_STAGE"),
    Component("VINTAGE", Name("第几版", "Number of the vintage"), text_type="integer"),
    Component("PUBLISHED_ON", Name("发布日期", "Day of publication"), text_type="gregorianDay"),
    Component("SOURCE", Name("来源", "Source"), "CL_SOURCE"),
    Component("PUBLISHER", Name("发布机构", "Publisher")),
    Component("DOC_TITLE", Name("文件标题", "Title of the document")),
    Component("DOC_URL", Name("文件地址", "Address of the document")),
    Component("OBS_ID", Name("观测值编号", "Key of the figure in the warehouse")),
)
_LISTS = {
    "CL_FREQ": Name("频率", "Frequency"),
    "CL_AREA": Name(
        "地区：行政区划代码（GB/T 2260）、功能区、合计区", "Areas: GB/T 2260, functional areas, aggregates"
    ),
    "CL_INDICATOR": Name("指标", "Indicators"),
    "CL_MEASURE": Name("度量", "Measures"),
    "CL_VARIANT": Name("变体", "Variants"),
    "CL_UNIT": Name("单位", "Units"),
    "CL_OBS_STATUS": Name("观测状态（同 SDMX CL_OBS_STATUS）", "Observation status (as SDMX CL_OBS_STATUS)"),
    "CL_REVISION_STAGE": Name("修订阶段", "Stages of revision"),
    "CL_SOURCE": Name("来源", "Sources"),
}


def structure_xml(codes: Codes, stamp: Stamp) -> bytes:
    """The message as SDMX-ML, with every code that the data use."""
    import sdmx
    from sdmx import message, model

    agency = model.common.Agency(id=AGENCY, name={"en": "MetroETL"})
    found = message.StructureMessage(
        header=message.Header(
            id=f"{AGENCY}_{FLOW}",
            prepared=datetime.fromisoformat(stamp.exported_at),
            sender=agency,
            test=stamp.world != "facts",
        )
    )
    for list_id, names in _LISTS.items():
        made = model.v21.Codelist(id=list_id, **_kept(agency, names))
        for code, name in codes.lists.get(list_id, {}).items():
            made.append(model.v21.Code(id=code, name=_words(name)))
        found.codelist[list_id] = made
    concepts = model.v21.ConceptScheme(id="CS_METROETL", **_kept(agency, Name("概念", "Concepts")))
    for part in (*DIMENSIONS, TIME, VALUE, *ATTRIBUTES):
        concepts.append(model.v21.Concept(id=part.id, name=_words(part.name)))
    found.concept_scheme[concepts.id] = concepts
    structure = _structure(agency, concepts, found.codelist)
    found.structure[structure.id] = structure
    found.dataflow[FLOW] = model.v21.DataflowDefinition(
        id=FLOW,
        structure=structure,
        description={
            "zh": f"{stamp.vintage}。{stamp.licence_zh}",
            "en": f"{stamp.vintage}. {stamp.licence_en}",
        },
        **_kept(agency, Name("都市圈统计数据", "Statistics of Chinese metropolitan circles")),
    )
    xml: bytes = sdmx.to_xml(found, pretty_print=True)
    return xml


def _structure(agency: Any, concepts: Any, codelists: Any) -> Any:
    from sdmx import model

    v21 = model.v21
    made = v21.DataStructureDefinition(id=f"DSD_{FLOW}", **_kept(agency, Name("观测值", "Observations")))
    made.dimensions.id, made.attributes.id, made.measures.id = (
        f"{w}Descriptor" for w in ("Dimension", "Attribute", "Measure")
    )
    for order, part in enumerate(DIMENSIONS, 1):
        made.dimensions.append(
            v21.Dimension(id=part.id, order=order, **_component(part, concepts, codelists))
        )
    made.dimensions.append(
        v21.TimeDimension(id=TIME.id, order=len(DIMENSIONS) + 1, **_component(TIME, concepts, codelists))
    )
    made.measures.append(v21.PrimaryMeasure(id=VALUE.id, **_component(VALUE, concepts, codelists)))
    required = {"UNIT_MEASURE", "UNIT_MULT", "OBS_STATUS", "DECIMALS"}
    for part in ATTRIBUTES:
        usage = model.common.UsageStatus["mandatory" if part.id in required else "conditional"]
        made.attributes.append(
            model.common.DataAttribute(
                id=part.id,
                usage_status=usage,
                related_to=v21.PrimaryMeasureRelationship(),
                **_component(part, concepts, codelists),
            )
        )
    return made


def _component(part: Component, concepts: Any, codelists: Any) -> dict[str, Any]:
    from sdmx.model import common, v21

    if part.codelist:
        held = v21.Representation(enumerated=codelists[part.codelist])
    else:
        held = v21.Representation(
            non_enumerated=[v21.Facet(value_type=common.FacetValueType[part.text_type])]
        )
    return {"concept_identity": concepts[part.id], "local_representation": held}


def _kept(agency: Any, names: Name) -> dict[str, Any]:
    """What every artefact that an agency maintains has."""
    return {
        "maintainer": agency,
        "version": VERSION,
        "name": _words(names),
        "is_final": True,
        "is_external_reference": False,
    }


def _words(name: Name) -> dict[str, str]:
    return {"zh": name.zh} | ({"en": name.en} if name.en else {})
