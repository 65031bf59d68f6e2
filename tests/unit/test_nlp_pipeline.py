"""The pipeline: order by need, and clear refusals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import pytest

from config.errors import PluginError
from nlp.pipeline import MOST_TOGETHER, TOGETHER, Analyser, Facts, Given, Pipeline, analysers, in_order


def analyser(its_name: str, needs: Sequence[str], gives: Sequence[str]) -> Analyser:
    class Made(Analyser):
        name: ClassVar[str] = its_name
        requires: ClassVar[tuple[str, ...]] = tuple(needs)
        provides: ClassVar[tuple[str, ...]] = tuple(gives)

        def analyse(self, facts: Facts) -> Facts:
            return {fact: "+".join([*(str(facts[need]) for need in needs), its_name]) for fact in gives}

    return Made()


def names(found: Sequence[Analyser]) -> list[str]:
    return [it.name for it in found]


def test_each_comes_after_what_it_needs_however_they_are_given() -> None:
    chain = [analyser("c", ["b1"], ["c1"]), analyser("a", ["text"], ["a1"]), analyser("b", ["a1"], ["b1"])]
    assert names(in_order(chain)) == names(in_order(chain[::-1])) == ["a", "b", "c"]
    assert Pipeline(chain, wanted=("c1",)).run("停电")["c1"] == "停电+a+b+c"


@pytest.mark.parametrize(
    ("chain", "told"),
    [
        ([analyser("a", ["b1"], ["a1"]), analyser("b", ["a1"], ["b1"])], "互相等待"),
        ([analyser("a", ["nothing"], ["a1"])], "a 需要“nothing”"),
        ([analyser("a", ["text"], ["x"]), analyser("b", ["text"], ["x"])], "由 a 与 b 重复给出"),
        ([analyser("a", [], ["text"])], "“text”由 调用者 与 a 重复给出"),
        ([analyser("a", ["text"], ["a1"])], "没有分析器给出 wanted"),
    ],
    ids=["cycle", "gap", "double", "given", "missing"],
)
def test_what_cannot_work_is_refused_with_names(chain: list[Analyser], told: str) -> None:
    with pytest.raises(PluginError, match=told):
        Pipeline(chain, wanted=("wanted",))


def test_the_folder_holds_what_an_analysis_is_made_of() -> None:
    pipeline = Pipeline.from_vocabulary()
    assert set(names(pipeline.analysers)) == set(analysers())
    analysis = pipeline.analyse("城北小区停电，电话13812345678", kind="故障报修")
    schemes = [category.scheme for category in analysis.categories]
    assert schemes[0] == "power8"
    assert {"class95598", "order_kind"} <= set(schemes)
    assert analysis.clean_text == "城北小区停电，电话138****5678"
    assert "停电" in analysis.search_words
    assert analysis.versions["power8"]


def test_kind_and_known_values_reach_the_analysers() -> None:
    pipeline = Pipeline.from_vocabulary()
    said: dict[str, Any] = pipeline.run("回拨 0731-88886666", kind="投诉", known=["073188886666"])
    assert said["masked_text"] == "回拨 ****-****6666"
    assert said["sentiment"].label == "negative"
    assert pipeline.run("回拨 0731-88886666")["sentiment"].label == "neutral"


class Choosy(Analyser):
    """Refuses one text, alone or among others, and counts how many came together."""

    name: ClassVar[str] = "choosy"
    requires: ClassVar[tuple[str, ...]] = ("text",)
    provides: ClassVar[tuple[str, ...]] = ("length",)

    def __init__(self) -> None:
        self.together: list[int] = []

    def analyse(self, facts: Facts) -> Facts:
        if facts["text"] == "坏":
            raise ValueError("坏")
        return {"length": len(facts["text"])}

    def analyse_many(self, batch: Sequence[Facts]) -> Sequence[Facts]:
        self.together.append(len(batch))
        return super().analyse_many(batch)


def test_an_error_of_one_text_of_many_leaves_the_others_alone() -> None:
    choosy = Choosy()
    pipeline = Pipeline([choosy, analyser("later", ["length"], ["told"])], wanted=("told",))
    good, bad, last = pipeline.run_many([Given("好"), Given("坏"), Given("很好")])
    assert isinstance(bad, ValueError)
    assert [good["told"], last["told"]] == ["1+later", "2+later"]  # type: ignore[index]
    assert list(pipeline.run_many([])) == []
    assert choosy.together == [3]


def test_many_texts_go_through_in_batches_of_one_size() -> None:
    choosy = Choosy()
    pipeline = Pipeline([choosy], wanted=("length",))
    lengths = [facts["length"] for facts in pipeline.run_many([Given("电" * n) for n in range(TOGETHER + 5)])]  # type: ignore[index]
    assert lengths == list(range(TOGETHER + 5))
    assert choosy.together == [TOGETHER, 5]


def test_long_texts_go_in_small_batches_taken_one_by_one() -> None:
    choosy = Choosy()
    pipeline = Pipeline([choosy], wanted=("length",))
    answers = pipeline.run_many(Given("电" * n) for n in (1, MOST_TOGETHER - 1, 1, 2 * MOST_TOGETHER, 1))
    assert next(answers)["length"] == 1  # type: ignore[index]
    assert choosy.together == [2]
    assert [facts["length"] for facts in answers] == [MOST_TOGETHER - 1, 1, 2 * MOST_TOGETHER, 1]  # type: ignore[index]
    assert choosy.together == [2, 1, 1, 1]
