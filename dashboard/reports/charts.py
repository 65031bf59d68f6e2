"""Charts without a browser: the vendored ECharts runs in QuickJS and gives SVG, resvg makes PNG of it.

The same library and option form draw the pages, so that a chart in a report looks like the one on the screen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import quickjs
import resvg_py

from dashboard.reports.summary import Bar, Line
from dashboard.reports.wording import difference

ECHARTS = Path(__file__).parents[1] / "static" / "vendor" / "echarts.min.js"
NEGATIVE, REST, LESS, INK, RULE = "#b5443a", "#c9d3d0", "#3b8a68", "#4a5856", "#dfe4e2"
WIDTH, HEIGHT = 340, 170

# SSR mode needs no document. The string ECharts returns is a rope, which the binding cannot read: through JSON it
# becomes a flat one.
# ECharts puts off by a timer what only a chart on a screen needs.
_DRAW = """
function setTimeout() { return 0; }
function clearTimeout() {}
function draw(option, width, height) {
  var chart = echarts.init(null, null, {renderer: 'svg', ssr: true, width: width, height: height});
  chart.setOption(JSON.parse(option));
  var svg = chart.renderToSVGString();
  chart.dispose();
  return JSON.parse(JSON.stringify(svg));
}
"""


class Drawer:
    """ECharts in a script engine: 0.2 s to load, some 30 ms a chart.

    The engine may be touched by the one thread only that made it, so it has a thread of its own; any may ask.
    """

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="charts")
        self._draw = self._thread.submit(_load).result()

    def svg(self, option: dict[str, Any], width: int = WIDTH, height: int = HEIGHT) -> str:
        """The chart as an SVG element, its style in attributes: pages forbid `style` by their security policy."""
        written = json.dumps(option, ensure_ascii=False)
        drawn = str(self._thread.submit(self._draw, written, width, height).result())
        without = re.sub(r"<style.*?</style>", "", drawn, flags=re.DOTALL)  # only says what the pointer does
        return re.sub(r'style="([^"]*)"', _as_attributes, without)


@cache
def drawer() -> Drawer:
    """The one of this process, made when first asked for."""
    return Drawer()


def _load() -> Callable[[str, int, int], str]:
    context = quickjs.Context()
    context.eval(ECHARTS.read_text(encoding="utf-8"))
    context.eval(_DRAW)
    draw: Callable[[str, int, int], str] = context.get("draw")
    return draw


def _as_attributes(style: re.Match[str]) -> str:
    pairs = (part.partition(":") for part in style[1].split(";") if part)
    return " ".join(f'{name}="{value}"' for name, _, value in pairs)


def trend_option(bars: Sequence[Bar]) -> dict[str, Any]:
    """Texts per week, the negative ones at the foot; a week before the first text is marked, not drawn as nothing."""
    return {
        **_base(),
        "grid": {"left": 44, "right": 8, "top": 22, "bottom": 24 if all(bar.known for bar in bars) else 40},
        "xAxis": {**_names([bar.name if bar.known else f"{bar.name}\n无数据" for bar in bars]), "type": "category"},
        "yAxis": {**_values(), "minInterval": 1, "splitNumber": 4},
        "series": [
            _stack("负面", [bar.negative.value for bar in bars], NEGATIVE),
            {
                **_stack("其他", [], REST),
                "data": [
                    {
                        "value": (bar.total.value or 0) - (bar.negative.value or 0),
                        "label": {"formatter": f"{bar.total.value:,.0f}" if bar.known else "—"},
                    }
                    for bar in bars
                ],
                "label": {**_label(), "show": True, "position": "top"},
            },
        ],
    }


def topics_option(lines: Sequence[Line], comparable: bool) -> dict[str, Any]:
    """Negative texts per topic: how many more or fewer than last week; how many where that cannot be told."""
    shown = list(reversed(lines))
    values = [(line.texts.change if comparable else line.texts.value) or 0 for line in shown]
    low, high = min([0, *values]), max([0, *values])
    # The number stands beside its bar and wants a third of the width, on each side that has one.
    room = max(high - low, 1) * (1.0 if low else 0.5)
    return {
        **_base(),
        "grid": {"left": 96, "right": 8, "top": 4, "bottom": 4},
        "yAxis": {**_names([line.name for line in shown]), "type": "category"},
        "xAxis": {**_values(), "axisLabel": {"show": False}, "min": low - (room if low else 0), "max": high + room},
        "series": [
            {
                "type": "bar",
                "barWidth": "56%",
                "data": [
                    {
                        "value": value,
                        "itemStyle": {"color": NEGATIVE if value > 0 else LESS},
                        "label": {
                            "position": "right" if value >= 0 else "left",
                            "formatter": _beside(line, comparable),
                        },
                    }
                    for line, value in zip(shown, values, strict=True)
                ],
                "label": {**_label(), "show": True},
            }
        ],
    }


def _beside(line: Line, comparable: bool) -> str:
    count = f"{line.texts.value:,.0f}"
    return f"{difference(line.texts)}（共 {count}）" if comparable else count


def _base() -> dict[str, Any]:
    return {"animation": False, "textStyle": {"fontFamily": "sans-serif", "fontSize": 11}}


def _label() -> dict[str, Any]:
    # Without this each digit gets an outline, which other programs paint over the digit itself.
    return {"color": INK, "textBorderWidth": 0, "textBorderColor": "transparent"}


def _names(names: Sequence[str]) -> dict[str, Any]:
    line = {"lineStyle": {"color": RULE}}
    return {"data": list(names), "axisTick": {"show": False}, "axisLine": line, "axisLabel": {"color": INK}}


def _values() -> dict[str, Any]:
    rule = {"lineStyle": {"color": "#eef1f0"}}
    return {"type": "value", "axisLabel": {"color": INK}, "splitLine": rule}


def _stack(name: str, data: Sequence[float | None], colour: str) -> dict[str, Any]:
    return {
        "name": name, "type": "bar", "stack": "texts", "barWidth": "46%", "data": list(data),
        "itemStyle": {"color": colour},
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Font:
    """A font file with Chinese characters and the name it is known by."""

    file: Path
    family: str


# Where the common systems keep one; the first that exists is taken.
_FONTS = (
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", "Noto Sans CJK SC"),
    ("/usr/share/fonts/opentype/source-han-sans/SourceHanSansSC-Regular.otf", "Source Han Sans SC"),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "WenQuanYi Micro Hei"),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", "WenQuanYi Zen Hei"),
    ("/usr/share/fonts/truetype/arphic/uming.ttc", "AR PL UMing CN"),
    ("C:/Windows/Fonts/msyh.ttc", "Microsoft YaHei"),
    ("C:/Windows/Fonts/simhei.ttf", "SimHei"),
    ("/System/Library/Fonts/PingFang.ttc", "PingFang SC"),
    ("/System/Library/Fonts/STHeiti Light.ttc", "Heiti SC"),
)


def find_font(known: Iterable[tuple[str, str]] = _FONTS) -> Font | None:
    """A font that can write Chinese, None where this machine has none of the known ones."""
    return next((Font(Path(file), family) for file, family in known if Path(file).is_file()), None)


def png(svg: str, font: Font, zoom: int = 3) -> bytes:
    """The chart as a PNG, `zoom` times its size; only `font` is used, for the system's choice may lack Chinese."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            zoom=zoom,
            skip_system_fonts=True,
            font_files=[str(font.file)],
            font_family=font.family,
            sans_serif_family=font.family,
        )
    )
