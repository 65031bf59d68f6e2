"""Plug-ins by folder: found, named, and told clearly when a folder is not in order."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from config.errors import NotFoundError, PluginError
from config.registry import discover

BASE = "class Base:\n    name: str\n"
PLUGIN = "from {package} import Base\n\nclass Plugin(Base):\n    name = '{name}'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ModuleType]]:
    """Make a package `plugs` of the given files; its Base stands in `__init__`."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(**files: str) -> ModuleType:
        package = tmp_path / "plugs"
        package.mkdir()
        (package / "__init__.py").write_text(BASE, encoding="utf-8")
        for name, text in files.items():
            (package / f"{name}.py").write_text(text, encoding="utf-8")
        importlib.invalidate_caches()
        return importlib.import_module("plugs")

    yield make
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugs"]:
        del sys.modules[name]


def plugin(name: str) -> str:
    return PLUGIN.format(package="plugs", name=name)


def test_each_file_gives_its_plugin_in_order_of_names(folder: Callable[..., ModuleType]) -> None:
    package = folder(one=plugin("spike"), two=plugin("frequency"), _shared="x = 1\n")
    found = discover(package, package.Base, "规则")
    assert list(found) == ["frequency", "spike"]
    assert len(found) == 2
    assert "spike" in found
    assert "flatline" not in found
    assert found["spike"].__module__ == "plugs.one"


def test_an_unknown_name_is_told_with_the_known_ones(folder: Callable[..., ModuleType]) -> None:
    package = folder(one=plugin("spike"))
    with pytest.raises(NotFoundError, match="没有名为“spiek”的规则；现有：spike"):
        discover(package, package.Base, "规则")["spiek"]


def test_two_of_one_name_are_told_with_both_places(folder: Callable[..., ModuleType]) -> None:
    package = folder(one=plugin("spike"), two=plugin("spike"))
    with pytest.raises(PluginError, match=r"规则“spike”重名：plugs\.one 与 plugs\.two"):
        discover(package, package.Base, "规则")


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n",
        "class Other:\n    name = 'x'\n",
        "from plugs import Base\n",
        plugin("x").replace("name = 'x'", "pass"),
    ],
)
def test_a_file_without_a_plugin_is_told(folder: Callable[..., ModuleType], text: str) -> None:
    package = folder(one=text)
    with pytest.raises(PluginError, match=r"扩展目录 plugs：one\.py 里没有规则"):
        discover(package, package.Base, "规则")


def test_a_plugin_imported_from_elsewhere_is_not_counted_twice(folder: Callable[..., ModuleType]) -> None:
    child = "from plugs.one import Plugin\n\nclass Child(Plugin):\n    name = 'child'\n"
    package = folder(one=plugin("parent"), two=child)
    assert list(discover(package, package.Base, "规则")) == ["child", "parent"]


def test_two_plugins_in_one_file_are_told(folder: Callable[..., ModuleType]) -> None:
    package = folder(one=plugin("first") + "\n\nclass Second(Base):\n    name = 'second'\n")
    with pytest.raises(PluginError, match=r"one\.py 里有 2 个规则，一个文件只放一个"):
        discover(package, package.Base, "规则")
