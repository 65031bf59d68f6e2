"""The house keeps its shape: sizes, docstrings, plug-in folders, and a drawing that shows what is there."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "storage", "crawler", "nlp", "alerting", "dashboard", "yujing")
MODULES = sorted(
    file
    for package in PACKAGES
    for file in (ROOT / package).rglob("*.py")
    if not {"vendor", "samples", "versions"} & set(file.relative_to(ROOT).parts)
)
MOST_LINES, MOST_FUNCTION_LINES = 600, 50
# Folders whose every module is a plug-in found by `config.registry.discover`.
PLUGIN_FOLDERS = (
    "nlp/analysers",
    "nlp/measures",
    "nlp/trainers",
    "alerting/rules",
    "alerting/channels",
    "alerting/judge/stages",
    "crawler/spiders",
    "crawler/hotline",
    "dashboard/views",
)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def tree_of(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(file: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree_of(file)) if isinstance(node, Function))


def public(node: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Public classes, functions and methods; what stands inside a function is nobody's business."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | Function) and not child.name.startswith("_"):
            yield f"{inside}{child.name}", child
            if isinstance(child, ast.ClassDef):
                yield from public(child, f"{inside}{child.name}.")


def test_the_packages_are_there() -> None:
    assert len(MODULES) > 30
    assert {file.relative_to(ROOT).parts[0] for file in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_module_and_no_function_is_too_long(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    long = {
        node.name: length
        for node in functions(file)
        if (length := (node.end_lineno or 0) - node.lineno + 1) > MOST_FUNCTION_LINES
    }
    assert not long


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_everything_public_says_what_it_is(file: Path) -> None:
    tree = tree_of(file)
    assert ast.get_docstring(tree), "a module needs a docstring"
    silent = [name for name, node in public(tree) if not ast.get_docstring(node)]  # type: ignore[arg-type]
    assert not silent


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_nothing_reaches_for_a_registry_or_cdn(file: Path) -> None:
    hosts = re.findall(r"https?://([\w.-]+)", file.read_text(encoding="utf-8"))
    forbidden = ("pypi.org", "npmjs", "jsdelivr", "unpkg", "cdnjs", "googleapis", "huggingface", "docker.io", "maven")
    assert not [host for host in hosts if any(part in host for part in forbidden)]


def gives_name(node: ast.ClassDef) -> bool:
    """Whether the class body sets `name`; a field that is only declared does not count."""
    targets = [
        target
        for part in node.body
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None
        for target in (part.targets if isinstance(part, ast.Assign) else [part.target])
    ]
    return any(isinstance(target, ast.Name) and target.id == "name" for target in targets)


@pytest.mark.parametrize("folder", PLUGIN_FOLDERS)
def test_every_module_of_a_plugin_folder_is_one_plugin(folder: str) -> None:
    odd = {}
    for file in (ROOT / folder).glob("[!_]*.py"):
        named = [node.name for node in tree_of(file).body if isinstance(node, ast.ClassDef) and gives_name(node)]
        if len(named) != 1:
            odd[file.name] = named
    assert not odd, "one file, one plug-in; what plug-ins share begins with _"


def test_every_folder_of_modules_is_a_package() -> None:
    folders = {file.parent for file in MODULES}
    assert not [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()]


def test_nothing_is_taken_from_a_page() -> None:
    takers = [file for file in MODULES if "from dashboard.views." in file.read_text(encoding="utf-8")]
    assert not [name_of(file) for file in takers], "what pages share stands beside them"


def test_the_drawing_names_every_package_and_every_folder_of_modules() -> None:
    drawn = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert not [package for package in PACKAGES if not re.search(rf"\b{package}\b", drawn)]
    folders = {file.parent for file in MODULES if file.parent.parent != ROOT}
    assert not [name_of(folder) for folder in folders if f"{folder.name}/" not in drawn]


def test_every_path_the_documents_name_is_there() -> None:
    missing = []
    for document in ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md"):
        text = (ROOT / document).read_text(encoding="utf-8") if (ROOT / document).exists() else ""
        for path in re.findall(r"`([a-z_]+(?:/[\w.\-]+)*(?:/|\.py|\.toml|\.cfg|\.md))`", text):
            if (
                "NAME" not in path
                and path.partition("/")[0] in (*PACKAGES, "tests", "bench", "docs")
                and not (ROOT / path).exists()
            ):
                missing.append(f"{document}: {path}")
    assert not missing


def test_records_are_taken_at_their_door() -> None:
    """One way to a record: its room (`storage/records_*.py`) is named by the door and by other rooms alone."""
    rooms = re.compile(r"^\s*(?:from|import) storage\.records_", re.MULTILINE)
    files = [*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")]
    inside = set((ROOT / "storage").glob("records*.py"))
    assert any(rooms.search(file.read_text("utf-8")) for file in inside), "the rooms have other names now"
    past = [file for file in files if file not in inside and rooms.search(file.read_text("utf-8"))]
    assert not [name_of(file) for file in past], "take records from storage.records"


def test_the_layers_stand_in_setup_cfg() -> None:
    config = configparser.ConfigParser(interpolation=None)
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = config["importlinter:contract:layers"]["layers"]
    assert set(re.findall(r"\w+", layers)) == set(PACKAGES)
