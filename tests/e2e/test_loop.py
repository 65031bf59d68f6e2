"""The loop is opened again: a customer who is not satisfied, entered by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Site, Visit
from tests.fixtures_desk import ended

pytestmark = pytest.mark.e2e


def test_a_dissatisfied_customer_reopens_a_task_by_keyboard(visit: Visit, site: Site) -> None:
    task = site.place.operations.tasks.find()[0].id
    site.place.operations.tasks.claim(task, "spokesperson")
    ended(site.place.operations, task, "spokesperson")
    page: Any = visit("duty", f"/followups?task={task}")
    expect(page.get_by_label("任务编号或工单编号")).to_have_value(str(task))
    page.get_by_label("回访结果").select_option(label="不满意")
    page.get_by_label("客户说了什么").fill("还在停电")
    page.get_by_role("button", name="登记回访").press("Enter")
    expect(page.get_by_role("status").filter(has_text="已重开")).to_be_visible()
    assert site.place.operations.tasks.get(task).state == "claimed"
