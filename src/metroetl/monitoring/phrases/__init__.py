"""The genre's own phrases in Chinese and English, made from figures: words can't say what the numbers don't.

Sentences are templates with named places (`templates` of a language); `weave` puts figures and phrases there. No template
holds a word of direction (增长, 高于, 收窄 …): those come from the functions of `Phrases` only, which look at the number
*as it is printed*, so that what reads 0.0 is never called a rise. DOMAIN.md §1.3 lists the phrases.
"""

from __future__ import annotations

from metroetl.monitoring.content import Language
from metroetl.monitoring.phrases.base import Phrases, weave
from metroetl.monitoring.phrases.en import English
from metroetl.monitoring.phrases.zh import Chinese

_LANGUAGES: dict[str, Phrases] = {"zh": Chinese(), "en": English()}


def phrases(language: Language = "zh") -> Phrases:
    """The phrases of a language."""
    return _LANGUAGES[language]


__all__ = ["Phrases", "phrases", "weave"]
