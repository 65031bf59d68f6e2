"""Third-party files are what the manifest says, and nothing a browser loads comes from anywhere but here."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DASHBOARD = ROOT / "dashboard"
FOLDERS = (DASHBOARD / "static" / "vendor", ROOT / "tests" / "data" / "vendor")
OWN = sorted([*(DASHBOARD / "templates").rglob("*.html"), *(DASHBOARD / "static").glob("*.*")])
LICENCES = {"0BSD", "Apache-2.0", "MIT", "MPL-2.0"}
# A report saved or mailed as one file carries its style with it; it is never served as a page.
PAGES = [file for file in OWN if file.suffix == ".html" and file != DASHBOARD / "templates" / "reports" / "weekly.html"]
# The name of the SVG vocabulary is written as an address but nothing is loaded from it.
NAMESPACE = "http://www.w3.org/2000/svg"


def packages(folder: Path) -> list[dict[str, object]]:
    return tomllib.loads((folder / "manifest.toml").read_text(encoding="utf-8"))["package"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_manifest_and_files_agree(folder: Path) -> None:
    told = {}
    for package in packages(folder):
        assert set(package) == {"name", "version", "licence", "origin", "package_sha256", "file"}
        assert package["licence"] in LICENCES
        assert package["origin"] == f"npm:{package['name']}@{package['version']}"
        assert any("LICENSE" in file["name"] for file in package["file"]), f"{package['name']} without its licence"
        told |= {file["name"]: file["sha256"] for file in package["file"]}
    found = {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != "manifest.toml"
    }
    assert found == told


def test_apache_notice_is_shipped() -> None:
    assert (FOLDERS[0] / "echarts.NOTICE").read_text(encoding="utf-8").startswith("Apache ECharts")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_no_vendored_file_asks_for_a_source_map(folder: Path) -> None:
    asking = [file.name for file in folder.glob("*.min.*") if b"sourceMappingURL=" in file.read_bytes()]
    assert asking == []


@pytest.mark.parametrize("file", OWN, ids=lambda file: file.name)
def test_own_pages_load_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace(NAMESPACE, "")
    assert re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}[^\s\"']*", re.sub(r"(?m)(?:^|\s)//.*$", "", text)) == []


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.name)
def test_nothing_stands_inline(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert re.findall(r"\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|<style|javascript:", text) == []
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))
