"""Plug-ins found by folder: one file, one plug-in, no other edit.

Every module of the folder that does not begin with `_` must define exactly one class that carries the wanted
attribute `name` and derives from (or fits) the given base.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any, TypeVar

from config.errors import NotFoundError, PluginError

T = TypeVar("T")


class Registry(Mapping[str, type[T]]):
    """The plug-in classes of one folder by their `name`."""

    def __init__(self, what: str, found: Mapping[str, type[T]]) -> None:
        self.what, self._found = what, dict(found)

    def __getitem__(self, name: str) -> type[T]:
        """The class called `name`; NotFoundError lists the known names."""
        try:
            return self._found[name]
        except KeyError:
            raise NotFoundError(self.what, name, self._found) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __contains__(self, name: object) -> bool:
        return name in self._found


def discover(package: ModuleType, base: type[T], what: str) -> Registry[T]:
    """Import every module of `package` and collect its subclasses of `base`.

    `what` is the Chinese word for one of them. Raises PluginError for a module without a plug-in or with
    several, and for two plug-ins of the same name.
    """
    found: dict[str, type[T]] = {}
    for module_info in pkgutil.iter_modules(package.__path__):
        if module_info.name.startswith("_"):
            continue
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        classes = [value for value in vars(module).values() if _is_plugin(value, base, module)]
        if not classes:
            raise PluginError(package.__name__, f"{module_info.name}.py 里没有{what}")
        if len(classes) > 1:
            raise PluginError(package.__name__, f"{module_info.name}.py 里有 {len(classes)} 个{what}，一个文件只放一个")
        (cls,) = classes
        name: str = cls.name
        if name in found:
            raise PluginError(package.__name__, f"{what}“{name}”重名：{found[name].__module__} 与 {cls.__module__}")
        found[name] = cls
    return Registry(what, dict(sorted(found.items())))


def _is_plugin(value: Any, base: type, module: ModuleType) -> bool:
    return (
        inspect.isclass(value)
        and issubclass(value, base)
        and value.__module__ == module.__name__
        and isinstance(getattr(value, "name", None), str)
    )
