"""Which region a text is about, and what it is called for a site; regions through analyser and pipeline."""

from __future__ import annotations

import pickle

import pytest

from nlp.analysers.entities import Entities
from nlp.entities.place import domain_code, full_name, region_of
from nlp.pipeline import Analyser, Pipeline
from nlp.segment import tokens
from storage.records import Entity

HERE = Entities.from_vocabulary()


def found(text: str, analyser: Analyser = HERE) -> tuple[Entity, ...]:
    entities: tuple[Entity, ...] = analyser.analyse({"clean_text": text, "tokens": tokens(text)})["entities"]
    return entities


def regions(text: str, domain: str = "") -> list[tuple[str, str]]:
    analyser = HERE.at(domain) if domain else HERE
    return [(entity.text, entity.value) for entity in found(text, analyser) if entity.kind == "region"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("湖南省长沙市长沙县停电", [("湖南省长沙市长沙县", "430121")]),
        ("湖南长沙宁乡昨晚停电", [("湖南长沙宁乡", "430182")]),
        ("新疆乌鲁木齐市天山区停电", [("新疆乌鲁木齐市天山区", "650102")]),
        ("四川凉山州西昌市停电", [("四川凉山州西昌市", "513401")]),
        ("北京朝阳区停电", [("北京朝阳区", "110105")]),
        ("长春市朝阳区停电", [("长春市朝阳区", "220104")]),
        ("安徽省临泉县城关镇停电", [("安徽省临泉县城关镇", "341221001")]),
        ("临泉县停电，城关街道也停", [("临泉县", "341221"), ("城关街道", "341221001")]),
        ("城关镇停电", [("城关镇", "")]),
        ("从广州到深圳都停电", [("广州", "4401"), ("深圳", "4403")]),
        ("广州深圳都停电", [("广州", "4401"), ("深圳", "4403")]),
        ("吉林停电", [("吉林", "22")]),
        ("住在长沙路", []),
        ("在阿里上班", []),
        ("朝阳升起来了", []),
        ("A市A3区青山镇停电", [("A市A3区青山镇", "")]),
        ("K8县停电", [("K8县", "")]),
        ("把车停到小区B区", []),
        ("西地省停电", [("西地省", "")]),
    ],
)
def test_codes_where_the_table_is_sure(text: str, expected: list[tuple[str, str]]) -> None:
    assert regions(text) == expected


def test_a_bare_town_must_fit_what_else_is_named() -> None:
    code = dict(regions("沅陵县的五强溪镇停电"))["五强溪镇"]
    assert code[:6] == "431222"
    assert dict(regions("吉林省的五强溪镇停电"))["五强溪镇"] == ""


def test_the_region_of_the_site_tells_between_several() -> None:
    assert regions("鼓楼区停电") == [("鼓楼区", "")]
    assert regions("鼓楼区停电", "南京市") == [("鼓楼区", "320106")]
    assert regions("鼓楼区停电", "福建省") == [("鼓楼区", "350102")]


def test_a_town_that_lies_elsewhere_alone_gets_no_code() -> None:
    ((name, code),) = regions("五强溪镇停电")
    assert (name, code[:2]) == ("五强溪镇", "43")
    assert regions("五强溪镇停电", "南京市") == [("五强溪镇", "")]
    assert regions("沅陵县五强溪镇停电", "南京市") == [("沅陵县五强溪镇", code)]


@pytest.mark.parametrize(
    ("text", "domain", "region"),
    [
        ("甲水县竹坪镇楠木村六组停电", "", "竹坪镇"),
        ("安徽省临泉县城关街道停电", "", "临泉县城关街道"),
        ("安徽省临泉县城关街道停电", "临泉县", "城关街道"),
        ("城关街道停电", "临泉县", "城关街道"),
        ("南京市鼓楼区停电", "", "南京市鼓楼区"),
        ("南京市鼓楼区停电", "南京市", "鼓楼区"),
        ("鼓楼区停电", "南京市", "鼓楼区"),
        ("福州市鼓楼区停电", "南京市", "福州市鼓楼区"),
        ("长沙又停电了", "", "长沙市"),
        ("宁夏回族自治区银川市停电", "", "银川市"),
        ("湖南长沙停电", "", "长沙市"),
        ("西地省A市停电", "", "A市"),
        ("A4区东青山街道停电", "", "东青山街道"),
        ("楠木村停电", "长沙县", "楠木村"),
        ("停电了", "长沙县", None),
    ],
)
def test_a_place_has_one_name_for_a_site(text: str, domain: str, region: str | None) -> None:
    assert region_of(found(text, HERE.at(domain)), domain) == region


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("湖南长沙停电", "湖南省长沙市"),
        ("沅陵县五强溪镇高桥村停电", "湖南省怀化市沅陵县五强溪镇"),
        ("甲水县停电", ""),
        ("昨天停电", ""),
    ],
)
def test_full_names(text: str, names: str) -> None:
    assert full_name(found(text)[0]) == names


def test_a_site_outside_the_table_changes_nothing() -> None:
    assert domain_code("云川县") == domain_code("  ") == ""
    assert HERE.at("云川县").version == HERE.version
    assert HERE.at("长沙县").version != HERE.version


def test_a_pipeline_takes_its_site_along() -> None:
    pipeline = Pipeline.from_vocabulary(domain="南京市")
    for it in (pipeline, pickle.loads(pickle.dumps(pipeline))):
        entities = it.analyse("鼓楼区停电").entities
        assert entities[0].value == "320106"
        assert region_of(entities, it.domain) == "鼓楼区"


def test_an_analyser_without_the_table_in_its_luggage() -> None:
    packed = pickle.dumps(HERE.at("南京市"))
    assert len(packed) < 300_000
    assert found("鼓楼区停电", pickle.loads(packed))[0].value == "320106"
