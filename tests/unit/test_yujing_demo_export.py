from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.clock import TurnedClock
from config.settings import load_settings
from crawler.imports import Arrival, import_file
from storage.operations.inbox import Received
from storage.records import RawDocument
from yujing.demo.export import COLUMNS, SOURCE, export_rows, write_export, write_mapping
from yujing.demo.scenario import Scenario, generate

ANCHOR = datetime(2026, 11, 22, 6, 37, tzinfo=UTC)


class KeptTexts:
    """An inbox that shows what came in."""

    def __init__(self) -> None:
        self.raws: dict[str, RawDocument] = {}

    def put(self, raws: Sequence[RawDocument], arrived_at: Arrival | None = None) -> list[Received]:
        assert arrived_at is None
        known = [raw.id in self.raws for raw in raws]
        self.raws.update((raw.id, raw) for raw in raws)
        return ["unchanged" if seen else "new" for seen in known]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return generate(7, ANCHOR)


def test_the_file_is_as_the_real_ones(scenario: Scenario, tmp_path: Path) -> None:
    lines = write_export(scenario, tmp_path / "new" / "orders.tsv").read_bytes().decode("gb18030").split("\r\n")
    assert lines[0].split("\t") == list(COLUMNS)
    assert lines[-1] == ""
    assert len(lines) == len(scenario.orders) + 2
    assert all(line.count("\t") == 12 for line in lines[:-1])
    assert not list(tmp_path.glob("**/*.new"))


def test_codes_are_hierarchical(scenario: Scenario) -> None:
    for row in export_rows(scenario):
        order = dict(zip(COLUMNS, row, strict=True))
        assert order["ORG_NO"].startswith(order["CITY_ORG_NO"])
        assert order["CITY_ORG_NO"].startswith(order["PROV_ORG_NO"])
        assert [len(order[name]) for name in ("PROV_ORG_NO", "CITY_ORG_NO", "ORG_NO")] == [5, 7, 11]
        assert len(order["CUST_NO"]) == 10


def test_the_real_importer_reads_all_of_it(scenario: Scenario, tmp_path: Path) -> None:
    inbox = KeptTexts()
    reports = [
        import_file(
            write_export(scenario, tmp_path / "orders.tsv"),
            "95598",
            mapping=write_mapping(scenario, tmp_path / "mapping.toml"),
            inbox=inbox,
            clock=TurnedClock(ANCHOR),
            settings=load_settings().intake,
            rejected_folder=tmp_path,
            by="test",
            demo=True,
        )
        for _ in range(2)
    ]
    assert [(report.new, report.unchanged, report.rejected) for report in reports] == [
        (len(scenario.orders), 0, 0),
        (0, len(scenario.orders), 0),
    ]
    raws = {raw.external_id: raw for raw in inbox.raws.values()}
    for order in scenario.orders:
        raw = raws[order.number]
        assert (raw.source, raw.medium, raw.demo) == (SOURCE, "hotline", True)
        assert (raw.body, raw.kind, raw.region) == (order.content, order.kind, order.town.name)
        assert (raw.phone, raw.customer_no) == (order.caller.phone, order.caller.customer_no)
        assert raw.published_at == order.at.replace(microsecond=0)
    assert Counter(raw.region for raw in raws.values()) == Counter(order.town.name for order in scenario.orders)
