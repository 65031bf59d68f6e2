"""Proof in a real browser: a package is made, taken and checked."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from alerting.desk.evidence.leave import conditions
from alerting.desk.evidence.packing import Packing
from alerting.desk.evidence.shelf import shelf_of
from tests.e2e.conftest import Site, Visit
from tests.e2e.test_pages import violations
from tests.fixtures_furnished import largest_event

pytestmark = pytest.mark.e2e


def test_a_package_is_made_taken_and_checked(visit: Visit, site: Site, axe: str, tmp_path: Path) -> None:
    site.place.settings.in_home("uploads").mkdir(exist_ok=True)
    event = largest_event(site.place)
    texts = site.place.operations.events.get(event).texts
    page = visit("manager", "/evidence")
    asked = site.place.operations.export_requests
    number = asked.ask("manager", "监管部门来函调阅", conditions(event, originals=False), texts)
    asked.decide(number, "admin", grant=True, lasting=timedelta(hours=1))
    page.goto(f"{site.url}/events/{event}")
    page.get_by_role("link", name="制作证据包").click()
    page.get_by_role("button", name="开始制作（已脱敏）").click()
    expect(page.get_by_role("status").filter(has_text="排队中")).to_be_visible()
    assert violations(page, axe) == []
    known = site.place
    Packing(known.operations, known.store, known.settings, known.clock, shelf_of(known.settings)).run_once()
    with page.expect_download() as taken:
        page.get_by_role("link", name="下载（").click()  # comes by itself
    taken.value.save_as(tmp_path / "e.zip")
    page.goto(f"{site.url}/evidence")
    page.get_by_label("证据包（ZIP）").set_input_files(tmp_path / "e.zip")
    page.get_by_role("button", name="核对").click()
    expect(page.get_by_role("status").filter(has_text="e.zip 完整")).to_be_visible()
