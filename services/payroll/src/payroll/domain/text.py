"""Words for readers, always in both languages."""

from collections.abc import Mapping
from typing import NamedTuple


class Text(NamedTuple):
    """One wording in 简体中文 and English."""

    zh: str
    en: str

    def filled(self, values: Mapping[str, str]) -> "Text":
        """Put `values` into the `{names}` of both wordings; braces that name nothing stay as they are."""
        zh, en = self
        for name, value in values.items():
            zh, en = zh.replace(f"{{{name}}}", value), en.replace(f"{{{name}}}", value)
        return Text(zh, en)


def joined(parts: list[Text], zh: str, en: str) -> Text:
    """Join wordings with a separator for each language."""
    return Text(zh.join(p.zh for p in parts), en.join(p.en for p in parts))
