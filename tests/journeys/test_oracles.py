"""The calculations that payslips are compared with must be independent of what they judge."""

import ast
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.mark.parametrize("name", ["oracle_olist", "oracle_punches", "oracle_retail", "oracle_support"])
def test_imports_only_the_standard_library(name: str) -> None:
    imported = set()
    for node in ast.walk(ast.parse((HERE / f"{name}.py").read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "a relative import could reach the product"
            imported.add(str(node.module).split(".")[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("__import__", "exec", "eval")
    assert imported
    assert imported <= sys.stdlib_module_names - {"importlib"}
