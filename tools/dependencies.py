"""What a notebook depends on: the modules of course_lib it imports, directly or not, and the data files.

All is read from the code's text; nothing is imported.
"""

from __future__ import annotations

import ast
import hashlib
import re
from pathlib import Path
from threading import Lock

# `render` works in threads, and in Python 3.11 two that parse at once can meet a SystemError, "AST
# constructor recursion depth mismatch". It was seen in 3.11.7, and not in 3.12.1 and 3.13.5.
ONE_AT_A_TIME = Lock()


def digest(root, source, code):
    """A fingerprint of the source file and of all its code depends on.

    It is the same on Windows, where lines may end in CR LF.
    """
    total = hashlib.sha256()
    for path in [source, *dependencies(root, code)]:
        content = path.read_bytes()
        if b"\0" not in content:
            content = content.replace(b"\r\n", b"\n")
        total.update(f"{path.relative_to(root).as_posix()}\n{len(content)}\n".encode() + content)
    return total.hexdigest()[:16]


def dependencies(root, code):
    """The files, besides the source, that decide what the outputs are: modules, styles, data."""
    modules = module_files(root)
    found, new = set(), imported(python_only(code), modules)
    while new:
        found |= new
        new = set().union(*(imports_of(name, modules) for name in new)) - found
    files = {modules[name] for name in found}
    for folder in {path.parent for path in files}:  # and what lies beside the modules, such as a style file
        files.update(path for path in folder.iterdir()
                     if path.is_file() and path.suffix not in (".py", ".pyc"))
    data = Path(root) / "data"
    files.update(path for path in data.rglob("*") if path.is_file() and path.suffix not in (".md", ".pyc")
                 and "cache" not in path.relative_to(data).parts)
    return sorted(files)


def module_files(root):
    """Dotted name -> file of every module of course_lib."""
    files = {}
    for path in sorted((Path(root) / "course_lib").rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        files[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return files


def imported(code, modules, package=""):
    """Names among `modules` that the code imports.

    Counted are import statements (relative ones from `package`), dotted uses such as
    `course_lib.datasets.load_digits`, and strings such as "course_lib.show" for importlib.

    >>> modules = {"course_lib", "course_lib.show", "course_lib.layers"}
    >>> sorted(imported("from course_lib.show import figure", modules))
    ['course_lib', 'course_lib.show']
    """
    names = set()
    with ONE_AT_A_TIME:
        tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
        elif isinstance(node, ast.Attribute):
            names.add(ast.unparse(node))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names.add(node.value)
    # A module loads the packages above it; and of a dotted use a.b.c perhaps only a.b is a module.
    beginnings = {".".join(name.split(".")[:i + 1]) for name in names
                  if name.startswith("course_lib") for i in range(name.count(".") + 1)}
    return beginnings & set(modules)


def python_only(code):
    """The code without IPython's % and ! lines."""
    return "\n".join(re.sub(r"^(\s*)[%!].*", r"\1pass", line) for line in code.split("\n"))


def imports_of(name, modules):
    """Names of the modules that the module `name` imports."""
    package = name if modules[name].name == "__init__.py" else name.rpartition(".")[0]
    return imported(modules[name].read_text(encoding="utf-8"), modules, package)
