"""Words for readers, always in both languages."""

from collections.abc import Mapping
from typing import NamedTuple


class Text(NamedTuple):
    """One wording in 简体中文 and English."""

    zh: str
    en: str

    def filled(self, values: Mapping[str, str]) -> "Text":
        """Put `values` into the `{braces}` of both wordings."""
        return Text(self.zh.format_map(values), self.en.format_map(values))


def joined(parts: list[Text], zh: str, en: str) -> Text:
    """Join wordings with a separator for each language."""
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))
