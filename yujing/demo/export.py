"""The scenario's orders as the hotline's own systems would export them, and the mapping that explains their codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from config.clock import format_local
from yujing.demo.scenario import Order, Scenario

SOURCE = "示例·95598工单"
COLUMNS = (
    "APP_NO", "ID", "BUSI_TYPE_CODE", "URBAN_RURAL_FLAG", "ORG_NO", "HANDLE_TIME", "ACCEPT_CONTENT", "HANDLE_OPINION",
    "CALLING_NO", "ELEC_TYPE", "CUST_NO", "PROV_ORG_NO", "CITY_ORG_NO",
)  # fmt: skip
ENCODING = "gb18030"


def export_rows(scenario: Scenario) -> Iterator[tuple[str, ...]]:
    """The rows below the header, in the order of COLUMNS."""
    codes = {kind: code for code, kind in scenario.kinds.items()}
    for number, order in enumerate(scenario.orders, 1):
        yield _row(number, order, codes, scenario.county.names)


def _row(number: int, order: Order, codes: Mapping[str, str], names: Mapping[str, str]) -> tuple[str, ...]:
    caller, town = order.caller, order.town
    return (
        order.number, str(number), codes[order.kind], town.flag, town.station_code,
        format_local(order.at, "%Y-%m-%d %H:%M:%S"), order.content, order.handling, caller.phone, order.elec_type,
        caller.customer_no, names["province_code"], names["city_code"],
    )  # fmt: skip


def write_export(scenario: Scenario, file: Path) -> Path:
    """Write the orders as `file`: tabs, quotes left bare, GB18030, as the real ones come. Whole or not at all."""
    lines = ["\t".join(COLUMNS), *("\t".join(row) for row in export_rows(scenario))]
    return _write_whole(file, ("\r\n".join(lines) + "\r\n").encode(ENCODING))


def write_mapping(scenario: Scenario, file: Path) -> Path:
    """Write what `yujing import --as 95598 --mapping` needs to know of this county's codes."""
    lines = [f'source = "{SOURCE}"', 'medium = "hotline"', "", "[kinds]"]
    lines += [f'"{code}" = "{kind}"' for code, kind in scenario.kinds.items()]
    lines += ["", "[regions]"]
    lines += [f'"{code}" = "{town}"' for code, town in scenario.county.stations.items()]
    return _write_whole(file, ("\n".join(lines) + "\n").encode())


def _write_whole(file: Path, content: bytes) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f"{file.suffix}.new")
    fresh.write_bytes(content)
    return fresh.replace(file)
