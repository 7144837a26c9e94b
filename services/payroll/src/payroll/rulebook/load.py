"""Reading a pack: YAML in which every scalar is text; duplicate and unknown keys are refused with their line.

Ordinary loaders turn `on` into true, `24:00` into 1440 and `1.10` into 1.1. Here nothing has a type until the
clause's own schema gives it one.
"""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import yaml

from payroll.domain.clause import LegalClass
from payroll.domain.text import Text
from payroll.rulebook.problems import PackUnreadable
from payroll.rulebook.shape import ClauseText, Example, PackText, ParameterText, VersionText, Written

# libyaml's loader reads ten times quicker; not every build of PyYAML has it
LOADER: type[yaml.BaseLoader] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
MAX_CHARACTERS = 500_000
MAX_DEPTH = 12
CONFIRM = ("manager", "automatic")
PACK_KEYS = ("pack", "title", "document", "pools", "versions")
VERSION_KEYS = ("version", "note", "clauses")
CLAUSE_KEYS = ("id", "title", "source", "examples")
CLAUSE_OPTIONS = (
    "event", "each", "rank", "when", "define", "amount", "recommend", "parameters", "names", "pool", "legal_class",
    "confirm", "family", "stack", "window", "per", "reversed_by", "moved_by",
)  # fmt: skip


def shipped() -> dict[str, str]:
    """Read the text of every pack that comes with the product, by name."""
    folder = files("payroll.rulebook") / "packs"
    found = {p.name.removesuffix(".yaml"): p for p in folder.iterdir() if p.name.endswith(".yaml")}
    return {name: found[name].read_text(encoding="utf-8") for name in sorted(found)}


@lru_cache(maxsize=16)
def read_pack(text: str) -> PackText:
    """Read a pack from its YAML text; nothing of it is ever altered, so that the same text is read once.

    Raises PackUnreadable with the line for anything but the shape of a pack.
    """
    if len(text) > MAX_CHARACTERS:
        raise _unreadable(1, f"文本过长（上限 {MAX_CHARACTERS} 字）", f"more than {MAX_CHARACTERS} characters")
    root = _mapping(_composed(text), PACK_KEYS)
    versions: dict[int, VersionText] = {}
    for node in _items(root["versions"]):
        version = _version(node)
        if version.version in versions:
            raise _unreadable(_line(node), f"版本 {version.version} 重复", f"version {version.version} stands twice")
        versions[version.version] = version
    return PackText(
        pack=_text(root["pack"]),
        title=_both(root["title"]),
        document=_both(root["document"]),
        pools={name: _both(node) for name, node in _mapping(root["pools"]).items()},
        versions=versions,
    )


def _composed(text: str) -> yaml.Node:
    try:
        _bounded(text)
        node = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _unreadable(line, f"YAML 有误：{error.problem}", f"this is not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise _unreadable(1, "YAML 有误", "this is not YAML") from error
    if node is None:
        raise _unreadable(1, "内容为空", "the text is empty")
    return node


def _bounded(text: str) -> None:
    """Refuse what a pack never needs: aliases, which could unfold a small text into an endless one, and depth."""
    depth = 0
    for event in yaml.parse(text, Loader=LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise _unreadable(1, "不支持锚点和别名", "anchors and aliases are not part of a pack")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            raise _unreadable(line, f"嵌套超过 {MAX_DEPTH} 层", f"nested deeper than {MAX_DEPTH} levels")


def _version(node: yaml.Node) -> VersionText:
    keys = _mapping(node, VERSION_KEYS)
    number = _text(keys["version"])
    if not number.isascii() or not number.isdigit() or not int(number):
        raise _unreadable(_line(keys["version"]), f"{number} 不是版本号", f"{number!r} is not a version: write 1, 2, 3")
    clauses = tuple(_clause(clause) for clause in _items(keys["clauses"]))
    seen: set[str] = set()
    for clause in clauses:
        if clause.id in seen:
            raise _unreadable(clause.line, f"条款 {clause.id} 重复", f"clause {clause.id} stands twice")
        seen.add(clause.id)
    return VersionText(int(number), _both(keys["note"]), clauses)


def _clause(node: yaml.Node) -> ClauseText:
    keys = _mapping(node, CLAUSE_KEYS, CLAUSE_OPTIONS)
    if ("event" in keys) == ("each" in keys):
        raise _unreadable(_line(node), "写 event 或 each，二者取一", "a clause has either `event` or `each`")
    if ("amount" in keys) == ("recommend" in keys) or ("amount" in keys) != ("pool" in keys):
        raise _unreadable(
            _line(node), "写 amount 和 pool，或写 recommend", "a clause has either `amount` and `pool` or `recommend`"
        )
    if "rank" in keys and "event" in keys:
        raise _unreadable(_line(node), "rank 只能按月", "a clause with `rank` is judged `each: month`")
    if "each" in keys and _text(keys["each"]) != "month":
        raise _unreadable(_line(keys["each"]), "each 只能是 month", "`each` is month")
    return ClauseText(
        id=_text(keys["id"]),
        line=_line(node),
        title=_both(keys["title"]),
        clause=_text(keys["source"]),
        events=_texts(keys["event"]) if "event" in keys else (),
        amount=_written(keys["amount"]) if "amount" in keys else None,
        recommend=_both(keys["recommend"]) if "recommend" in keys else None,
        pool=_text(keys["pool"]) if "pool" in keys else None,
        confirm=_choice(keys["confirm"], CONFIRM) if "confirm" in keys else None,
        rank=_written(keys["rank"]) if "rank" in keys else None,
        window=_text(keys["window"]) if "window" in keys else None,
        per=_texts(keys["per"]) if "per" in keys else (),
        stack=_choice(keys["stack"], ("sum",)) if "stack" in keys else None,
        when=_written(keys["when"]) if "when" in keys else None,
        define={name: _written(n) for name, n in _optional(keys, "define").items()},
        parameters={name: _parameter(n) for name, n in _optional(keys, "parameters").items()},
        names={name: _both(n) for name, n in _optional(keys, "names").items()},
        legal_class=_legal_class(keys["legal_class"]) if "legal_class" in keys else None,
        family=_text(keys["family"]) if "family" in keys else None,
        reversed_by=_texts(keys["reversed_by"]) if "reversed_by" in keys else (),
        moved_by=_text(keys["moved_by"]) if "moved_by" in keys else None,
        examples=tuple(_example(n) for n in _items(keys["examples"])),
    )


def _example(node: yaml.Node) -> Example:
    keys = _mapping(node, ("given", "expect", "cites"), ("measures", "terms", "parameters", "standing"))
    return Example(
        given=tuple({k: _text(v) for k, v in _mapping(fact).items()} for fact in _items(keys["given"])),
        measures={k: _text(v) for k, v in _optional(keys, "measures").items()},
        terms={k: _text(v) for k, v in _optional(keys, "terms").items()},
        parameters={k: _parameter(v) for k, v in _optional(keys, "parameters").items()},
        standing={k: _text(v) for k, v in _optional(keys, "standing").items()},
        expect=_text(keys["expect"]),
        cites=_text(keys["cites"]),
        line=_line(node),
    )


def _parameter(node: yaml.Node) -> ParameterText:
    if isinstance(node, yaml.MappingNode):
        return {key: _text(value) for key, value in _mapping(node).items()}
    return _text(node, blank=True) or None


def _texts(node: yaml.Node) -> tuple[str, ...]:
    """Read one text or a list of them."""
    if isinstance(node, yaml.ScalarNode):
        return (_text(node),)
    return tuple(_text(item) for item in _items(node))


def _choice(node: yaml.Node, known: tuple[str, ...]) -> str:
    word = _text(node)
    if word not in known:
        raise _unreadable(_line(node), f"可写：{'、'.join(known)}", f"{word!r} is not one of {', '.join(known)}")
    return word


def _legal_class(node: yaml.Node) -> LegalClass:
    name = _text(node)
    try:
        return LegalClass(name)
    except ValueError:
        known = ", ".join(LegalClass)
        raise _unreadable(_line(node), f"没有法律类别 {name}", f"there is no legal class {name!r}: {known}") from None


def _both(node: yaml.Node) -> Text:
    keys = _mapping(node, ("zh", "en"))
    return Text(_text(keys["zh"]), _text(keys["en"]))


def _written(node: yaml.Node) -> Written:
    return Written(_text(node), _line(node))


def _optional(keys: Mapping[str, yaml.Node], name: str) -> dict[str, yaml.Node]:
    return _mapping(keys[name]) if name in keys else {}


def _mapping(
    node: yaml.Node, required: tuple[str, ...] | None = None, optional: tuple[str, ...] = ()
) -> dict[str, yaml.Node]:
    """Read the keys of a mapping; with `required` every other key must be in `optional`."""
    if not isinstance(node, yaml.MappingNode):
        raise _unreadable(_line(node), "这里要一组键值", "a mapping of keys is needed here")
    found: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = _text(key_node)
        if key in found:
            raise _unreadable(_line(key_node), f"键 {key} 重复", f"the key {key!r} stands twice")
        if required is not None and key not in required and key not in optional:
            known = ", ".join((*required, *optional))
            raise _unreadable(_line(key_node), f"不认识的键 {key}", f"unknown key {key!r}; there are {known}")
        found[key] = value
    for key in required or ():
        if key not in found:
            raise _unreadable(_line(node), f"缺少 {key}", f"{key!r} is missing")
    return found


def _items(node: yaml.Node) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise _unreadable(_line(node), "这里要列表", "a list is needed here")
    return list(node.value)


def _text(node: yaml.Node, blank: bool = False) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise _unreadable(_line(node), "这里要一个值", "a single value is needed here")
    text = str(node.value).strip()
    if not text and not blank:
        raise _unreadable(_line(node), "这里是空的", "nothing is written here")
    return text


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _unreadable(line: int, zh: str, en: str) -> PackUnreadable:
    return PackUnreadable(line, Text(zh, en), Text("请修改这一行", "mend this line"))
