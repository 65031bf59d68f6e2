"""`yujing reanalyse`: one run at a time over the history of a home."""

from __future__ import annotations

from config.errors import NotFoundError
from nlp.reanalysis import Progress, Report
from storage.operations.inbox import History
from storage.query import Aggregation, Query
from yujing.schedule import Lock
from yujing.wiring import Services


def redo(services: Services, history: History, outdated: bool, workers: int | None, progress: Progress) -> Report:
    """Judge a part of the history anew and note it in the audit log.

    Raises NotFoundError for a source without documents, ConflictError while another run is under way, StoreError.
    """
    if history.sources:
        _check(services, history.sources)
    bench = services.bench(workers)
    try:
        with Lock(services.settings.in_home("reanalyse.lock"), "重新分析"):
            report = services.reanalysis(bench).run(history, outdated=outdated, progress=progress)
    finally:
        bench.close()
    done = f"{report.judged} 条，未变 {report.kept} 条，失败 {len(report.failed)} 条"
    services.operations.audit.add("命令行", "重新分析", _part(history), done)
    return report


def _check(services: Services, sources: tuple[str, ...]) -> None:
    known = [bucket.key[0] for bucket in services.store.aggregate(Query(), Aggregation(by=("source",)))]
    for name in sources:
        if name not in known:
            raise NotFoundError("来源", name, known)


def _part(history: History) -> str:
    parts = [*history.sources]
    parts += [f"{history.since.isoformat()} 起"] if history.since else []
    parts += [f"{history.until.isoformat()} 前"] if history.until else []
    return "、".join(parts) or "全部"
