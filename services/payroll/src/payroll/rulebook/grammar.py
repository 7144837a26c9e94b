"""The formula language as text: bounded by tokens, then parsed by a grammar of its own (lark, LALR)."""

from lark import Lark, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.lexer import Token

from payroll.domain.text import Text
from payroll.rulebook.problems import FormulaRefused

GRAMMAR = r"""
?start: expression
?expression: disjunction "if" disjunction "else" expression -> conditional
           | disjunction
?disjunction: conjunction ("or" conjunction)*
?conjunction: negation ("and" negation)*
?negation: "not" negation -> negation
         | comparison
?comparison: sum (COMPARE sum)?
?sum: product
    | sum ADD product -> binary
?product: unary
        | product MULTIPLY unary -> binary
?unary: MINUS unary -> minus
      | atom
?atom: NUMBER UNIT -> quantity
     | NUMBER -> number
     | STRING -> text
     | "true" -> yes
     | "false" -> no
     | NAME "(" [expression ("," expression)*] ")" -> call
     | NAME -> name
     | "(" expression ")"

COMPARE: "<=" | ">=" | "==" | "!=" | "<" | ">"
ADD: "+" | "-"
MINUS: "-"
MULTIPLY: "*" | "/"
UNIT: "CNY" | "%" | "days" | "day" | "min" | "s" | "h"
NUMBER: /[0-9]{1,15}(\.[0-9]{1,9})?/
STRING: /"[^"\n]{0,80}"/
NAME: /[a-z][a-z0-9_]{0,39}/
%ignore /[ \t\r\n]+/
"""
PARSER = Lark(GRAMMAR, parser="lalr", propagate_positions=True, maybe_placeholders=False)

MAX_CHARACTERS = 2_000
MAX_TOKENS = 256
MAX_DEPTH = 24
OPERANDS = ("NUMBER", "UNIT", "NAME", "STRING", "RPAR", "TRUE", "FALSE")


def parse(text: str) -> Tree[Token]:
    """Read a formula into its syntax tree.

    Raises FormulaRefused with line and column when it is too long, nested too deep (both counted on tokens, before
    anything is parsed) or not a formula.
    """
    _bounded(text)
    try:
        return PARSER.parse(text)
    except UnexpectedInput as unexpected:
        raise _unexpected(text, unexpected) from unexpected


def _bounded(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise _too("long", "长", f"{MAX_CHARACTERS} characters", 1, 1)
    depth = nested = 0
    after = ""
    try:
        for count, token in enumerate(PARSER.lex(text), start=1):
            if count > MAX_TOKENS:
                raise _too("long", "长", f"{MAX_TOKENS} tokens", token.line, token.column)
            # prefixes and conditionals nest to the right without a bracket, so they count for the whole formula
            nested += token in ("not", "else") or (token == "-" and after not in OPERANDS)
            after = token.type
            depth += (token == "(") - (token == ")")
            if max(depth, nested) > MAX_DEPTH:
                raise _too("deep", "深", f"{MAX_DEPTH} levels", token.line, token.column)
    except UnexpectedCharacters as unexpected:
        raise _unexpected(text, unexpected) from unexpected


def _too(en: str, zh: str, limit: str, line: int | None, column: int | None) -> FormulaRefused:
    return FormulaRefused(
        Text(f"公式过{zh}（上限 {limit}）", f"the formula is too {en} (at most {limit})"),
        Text("用 define 拆成几步", "split it into steps with `define`"),
        line or 1,
        column or 1,
    )


def _unexpected(text: str, unexpected: UnexpectedInput) -> FormulaRefused:
    lines = text.splitlines() or [""]
    if isinstance(unexpected, UnexpectedToken) and unexpected.token.type == "$END":
        what = Text("公式不完整", "the formula ends too early")
        return FormulaRefused(what, Text("补全公式", "complete it"), len(lines), len(lines[-1]) + 1)
    rest = lines[unexpected.line - 1][unexpected.column - 1 :].split()
    word = rest[0] if rest else " "
    return FormulaRefused(
        Text(f"此处读不懂：{word}", f"cannot read {word!r} here"),
        Text(
            "运算写成 + - * /，条件写成 x if c else y，数量写成 50 CNY、1 %、30 s、3 min、2 day",
            "write + - * /, `x if c else y`, and quantities like 50 CNY, 1 %, 30 s, 3 min, 2 day",
        ),
        unexpected.line,
        unexpected.column,
    )
