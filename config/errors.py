"""Every error a user can meet.

    YujingError                  anything we raise on purpose; `str(error)` is Chinese and fit for a user
    ├── SettingsError            one or more mistakes in settings; all are told at once
    ├── InputError               a file given to us cannot be used: names file, and row, field or key where known
    │   ├── RuleError            a rule file
    │   └── VocabularyError      a vocabulary, lexicon or code table
    ├── QueryError               a search expression that cannot be understood
    ├── NotFoundError            a named thing does not exist
    ├── ConflictError            somebody else was faster, or the state does not allow it
    ├── StoreError               a document store or database does not answer or is not ours
    ├── DeliveryError            a channel's provider refused or did not answer
    └── PluginError              a plug-in folder holds duplicates or something that is not a plug-in

Constructors take facts and make the message.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path


class YujingError(Exception):
    """Base of all errors raised on purpose; the message is for users."""

    def __reduce__(self) -> tuple[Callable[..., YujingError], tuple[object, ...]]:
        # By default an error is rebuilt from its message alone, which these constructors refuse: coming back from
        # a worker process it would take the whole pool down with it.
        return _rebuilt, (type(self), str(self), self.__dict__)


class SettingsError(YujingError):
    """All mistakes found in the settings, one line each."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1))
        super().__init__(f"设置有 {len(self.problems)} 处错误：\n{lines}")


class InputError(YujingError):
    """A file or a part of it that cannot be used."""

    def __init__(
        self, reason: str, *, file: str | Path | None = None, row: int | None = None, field: str | None = None
    ) -> None:
        self.reason, self.file, self.row, self.field = reason, file, row, field
        place = [f"文件 {Path(file).name}"] if file is not None else []
        place += [f"第 {row} 行"] if row is not None else []
        place += [f"“{field}”"] if field is not None else []
        super().__init__(f"{'，'.join(place)}：{reason}" if place else reason)


class RuleError(InputError):
    """A rule file with an unknown key, a missing option or a value out of range."""


class VocabularyError(InputError):
    """A vocabulary, lexicon or code table that does not hold what it must."""


class QueryError(YujingError):
    """A search expression that cannot be understood."""

    def __init__(self, expression: str, reason: str) -> None:
        self.expression, self.reason = expression, reason
        super().__init__(f"检索式“{expression}”看不懂：{reason}")


class NotFoundError(YujingError):
    """A named thing does not exist."""

    def __init__(self, what: str, name: str, known: Iterable[str] = ()) -> None:
        self.what, self.name, self.known = what, name, tuple(sorted(known))
        hint = f"；现有：{'、'.join(self.known)}" if self.known else ""
        super().__init__(f"没有名为“{name}”的{what}{hint}")


class ConflictError(YujingError):
    """Somebody else was faster, or the present state does not allow the step."""

    def __init__(self, what: str, reason: str) -> None:
        self.what, self.reason = what, reason
        super().__init__(f"{what}：{reason}")


class StoreError(YujingError):
    """A document store or database that does not answer or cannot be used."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(f"存储 {where} 不可用：{reason}")


class DeliveryError(YujingError):
    """A provider refused a message or did not answer.

    `temporary` tells whether the same message may go through later; `after` seconds where the provider is full and
    would refuse any other message until then.
    """

    def __init__(self, channel: str, answer: str, *, temporary: bool = True, after: float | None = None) -> None:
        self.channel, self.answer, self.temporary, self.after = channel, answer, temporary, after
        super().__init__(f"渠道 {channel} 发送失败：{answer}")


class PluginError(YujingError):
    """A plug-in folder that holds duplicates or a file without its plug-in."""

    def __init__(self, folder: str, reason: str) -> None:
        self.folder, self.reason = folder, reason
        super().__init__(f"扩展目录 {folder}：{reason}")


def _rebuilt(cls: type[YujingError], message: str, facts: Mapping[str, object]) -> YujingError:
    error = cls.__new__(cls, message)
    error.__dict__.update(facts)
    return error


_SYSTEM = {
    errno.ENOENT: "路径不存在，或不能在那里建立",
    errno.EEXIST: "那里已有一个文件，不能用作目录",
    errno.ENOTDIR: "路径里有一段是文件，不是目录",
    errno.EISDIR: "这是目录，不是文件",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "所在的盘是只读的",
    errno.ENOSPC: "磁盘满了",
    errno.EDQUOT: "磁盘配额用完了",
    errno.ENAMETOOLONG: "名称太长",
    errno.EMFILE: "打开的文件太多",
    errno.EIO: "磁盘读写出错",
}


def system_reason(error: OSError) -> str:
    """Why the operating system refused, in Chinese."""
    return _SYSTEM.get(error.errno or 0, f"系统拒绝了操作（错误号 {error.errno}）")
