"""Prints the lines of a function or class: definition.py FILE "Fruits.__iter__"."""

import ast
import pathlib
import sys

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

file, name = sys.argv[1:]
text = pathlib.Path(file).read_text()
node = ast.parse(text, file)
for part in name.split("."):
    inside = (each for each in ast.walk(node) if isinstance(each, DEFINITIONS))
    node = next((each for each in inside if each.name == part), None)
    if node is None:
        sys.exit(f"no def or class `{name}`")
first = min(each.lineno for each in [node, *node.decorator_list])
print("\n".join(text.splitlines()[first - 1 : node.end_lineno]))
