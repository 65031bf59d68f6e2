"""Events as texts arrive: what joins, what stays apart, what people decide, and the story that is told of one."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from config.errors import InputError
from nlp.events import Decision, EventIndex, EventText, Placed, Telling, Weigher, event_text, story
from nlp.events.batch import Message, cluster_file, clustered, local_time, needed_pipeline, read_message
from nlp.events.terms import places_of
from nlp.measures.events import best_cluster, mean_best
from nlp.pipeline import Pipeline
from storage.records import Entity

AT = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
TOWER = [
    ("反对在枫林小学旁架设高压铁塔", "枫林小学围墙外正在打桩架高压铁塔，离教室不到十米，家长都很担心孩子。"),
    ("枫林小学旁边建高压铁塔有没有环评", "请问枫林小学边上的高压铁塔有没有做环评，为什么不公示？家长要求停工。"),
    ("枫林小学高压铁塔离教室太近", "铁塔的桩已经打好，枫林小学的家长强烈反对，高压线要从操场上面过去。"),
]
BILL = [
    ("桂花苑物业多收电费", "桂花苑物业按一块二一度收电费，业主要求按国家电价退还。"),
    ("桂花苑电费一块二一度合理吗", "物业说桂花苑是转供电，电费一块二，业主不认可，要求退还多收的钱。"),
]


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return needed_pipeline()


def made(pipeline: Pipeline, name: str, title: str, body: str, hours: float = 0) -> EventText:
    return read_message(Message(name, AT + timedelta(hours=hours), title, body), pipeline)


@pytest.fixture(scope="module")
def towers(pipeline: Pipeline) -> list[EventText]:
    return [made(pipeline, f"t{number}", *text, hours=number) for number, text in enumerate(TOWER)]


@pytest.fixture(scope="module")
def bills(pipeline: Pipeline) -> list[EventText]:
    return [made(pipeline, f"b{number}", *text, hours=number + 0.5) for number, text in enumerate(BILL)]


def test_texts_of_one_event_meet_and_others_do_not(towers: list[EventText], bills: list[EventText]) -> None:
    index = EventIndex()
    first = index.add(towers[0])
    assert (first.event, first.part, first.new, first.similarity) == ("t0", "t0", True, 0.0)
    assert index.add(bills[0]).event == "b0"
    second = index.add(towers[1])
    assert (second.event, second.new) == ("t0", False)
    assert second.similarity >= 0.15
    assert index.add(bills[1]).event == "b0"
    assert index.add(towers[2]).event == "t0"
    assert len(index) == 2


def test_outages_in_two_towns_are_two_events(pipeline: Pipeline) -> None:
    index = EventIndex()
    body = "{}从昨晚开始停电，到现在没有来电，打热线没人接，请尽快抢修。"
    found = [
        index.add(made(pipeline, f"{town}{number}", f"{town}停电", body.format(town), hours=number)).event
        for number in range(3)
        for town in ("城北镇", "河西镇")
    ]
    assert found == ["城北镇0", "河西镇0"] * 3


def test_the_same_words_after_years_are_less_alike() -> None:
    words = {"枫林小学": 3, "高压铁塔": 3}
    now, later = EventIndex(), EventIndex()
    one = EventText("a", AT, words)
    now.add(one)
    later.add(one)
    soon = now.add(EventText("b", AT + timedelta(hours=1), words)).similarity
    late = later.add(EventText("b", AT + timedelta(days=390), words)).similarity
    assert soon == pytest.approx(1.0, abs=0.001)
    assert 0.6 <= late < 0.62


def test_events_silent_too_long_or_too_many_are_closed() -> None:
    index = EventIndex(days=30, capacity=2)
    index.add(EventText("a", AT, {"枫林小学": 1}))
    assert index.add(EventText("b", AT + timedelta(days=31), {"枫林小学": 1})).new is False
    index.add(EventText("c", AT + timedelta(days=62), {"桂花苑": 1}))
    assert len(index) == 1, "a and b were silent for more than 30 days"
    for number, word in enumerate(("杨柳新村", "松竹家园")):
        index.add(EventText(f"d{number}", AT + timedelta(days=62), {word: 1}))
    assert len(index) == 2
    assert index.add(EventText("e", AT + timedelta(days=62), {"桂花苑": 1})).new


def test_an_event_that_grows_towards_another_takes_it_in() -> None:
    index = EventIndex()
    index.add(EventText("a", AT, {"甲地": 1, "甲事": 1, "甲人": 1, "甲物": 1}))
    index.add(EventText("b", AT, {"乙地": 1, "乙事": 1, "乙人": 1, "乙物": 1}))
    told = index.add(EventText("c", AT, {"甲地": 1, "甲事": 1, "乙地": 1, "乙事": 1}))
    assert told.part == "a"
    assert told.absorbed == ("b",)
    assert len(index) == 1
    assert index.add(EventText("d", AT, {"乙人": 1, "乙物": 1, "乙地": 1})).event == "a"


def test_a_merge_by_hand_survives_later_arrivals(towers: list[EventText], bills: list[EventText]) -> None:
    index = EventIndex()
    for text in (*towers[:2], bills[0]):
        index.add(text)
    assert index.merge("t0", "b0") == Decision("together", "t0", "b0")
    told = index.add(bills[1])
    assert (told.event, told.part) == ("t0", "b0")
    assert index.add(towers[2]).event == "t0"
    assert index.event("b0") == "t0"


def test_a_split_by_hand_survives_later_arrivals(towers: list[EventText]) -> None:
    index = EventIndex()
    for text in towers[:2]:
        assert index.add(text).event == "t0"
    new, decision = index.split("t0", leaving=[towers[1]], staying=[towers[0]])
    assert (new, decision) == ("t1", Decision("apart", "t0", "t1"))
    told = index.add(towers[2])
    assert told.event in {"t0", "t1"}
    assert told.absorbed == ()
    assert len(index) == 2
    with pytest.raises(ValueError, match="both sides"):
        index.split("t0", [], towers[:1])


def test_the_first_text_of_an_event_may_leave_it(towers: list[EventText]) -> None:
    index = EventIndex()
    for text in towers:
        index.add(text)
    new, _ = index.split("t0", leaving=towers[:1], staying=towers[1:])
    assert new == "t0~"
    assert index.event(new) == "t0~"


def test_a_restart_goes_on_as_if_nothing_had_been(towers: list[EventText], bills: list[EventText]) -> None:
    whole = EventIndex()
    rows = [Placed(text, whole.add(text).part) for text in (towers[0], bills[0], towers[1])]
    decision = whole.merge("t0", "b0")
    again = EventIndex()
    again.load(rows, [decision])
    for text in (bills[1], towers[2]):
        assert again.add(text) == whole.add(text)


@pytest.mark.parametrize("words", [{}, {"停电": 1}, {"\ud800乱码": 3}])
def test_any_words_are_taken(words: dict[str, int]) -> None:
    index = EventIndex()
    assert index.add(EventText("a", AT, words)).new
    assert index.add(EventText("b", AT, words)).new is (not words)


def test_rare_words_weigh_more_and_length_is_one() -> None:
    vector = Weigher().vector(EventText("a", AT, {"停电": 1, "小区": 1, "枫林小学": 1}))
    assert list(vector) == ["枫林小学", "停电", "小区"]
    assert sum(weight**2 for weight in vector.values()) == pytest.approx(1.0)
    assert len(Weigher().vector(EventText("a", AT, {f"名字{number}": 1 for number in range(99)}))) == 40


def test_words_and_places_of_a_text() -> None:
    region = Entity("region", "A市B3区", 0, 0), Entity("region", "青山县河西镇", 0, 0), Entity("region", "东海市", 0, 0)
    text = event_text("a", AT, ("B3", "区枫林", "停电"), ("停电", "了", "3", "天", "，", "10kV"), region, "TD")
    assert text.words == {"枫林": 2, "停电": 3, "10kV": 1}
    assert text.places == {"B3区", "河西镇"}
    assert text.code == "TD"
    assert event_text("a", AT, (), ("停电",), (), "NO").code == ""
    assert places_of([Entity("organisation", "城北供电所", 0, 0)]) == frozenset()


def csv_file(*rows: str) -> io.BytesIO:
    return io.BytesIO(("\ufeffid,time,title,body\n" + "\n".join(rows)).encode())


def test_table_in_events_out() -> None:
    out, err = io.StringIO(), io.StringIO()
    rows = [f"t{number},{time},{title},{body}" for (number, (title, body)), time in zip(
        enumerate(TOWER), ("2026/3/4 9:05:00", "2026-03-04 10:00:00", "2026/3/4 08:00"), strict=True)]  # fmt: skip
    code = cluster_file(
        csv_file(*rows, "x,昨天,标题,正文", ",2026/3/4 9:00:00,标题,", "t0,2026/3/4 9:00:00,又,又",
                 'b,2026/3/5 9:00:00,"桂花苑\n多收电费","物业,多收"', "e,2026/2/30 9:00,,", "f,2026/3/1 0:00:00,,"),
        out, err,
    )  # fmt: skip
    assert code == 1
    assert out.getvalue() == "id,event\nt0,t2\nt1,t2\nt2,t2\nb,b\nf,f\n"
    assert err.getvalue().splitlines() == [
        "第 5 行，“time”：不是有效的时间，应如 2019/4/5 9:05:00 或 2019-04-05 09:05:00",
        "第 6 行，“id”：缺少",
        "第 7 行，“id”：编号重复",
        "第 10 行，“time”：不是有效的时间，应如 2019/4/5 9:05:00 或 2019-04-05 09:05:00",
    ]


def test_a_table_without_its_columns_is_refused() -> None:
    with pytest.raises(InputError, match="缺少列 time、body"):
        cluster_file(io.BytesIO("id,title\n1,停电\n".encode()), io.StringIO(), io.StringIO())


def test_both_spellings_of_a_time_are_the_same_moment() -> None:
    moments = {local_time("2019/4/5 9:05:00", 2), local_time("2019-04-05 09:05:00", 2)}
    assert moments == {datetime(2019, 4, 5, 1, 5, tzinfo=UTC)}


def test_every_text_is_in_one_event(towers: list[EventText], bills: list[EventText]) -> None:
    assert clustered([*towers, *bills]) == {"t0": "t0", "t1": "t0", "t2": "t0", "b0": "b0", "b1": "b0"}


def telling(name: str, minutes: int, title: str, text: str, **more: object) -> Telling:
    return Telling(name, AT + timedelta(minutes=minutes), title, text, "热线", **more)  # type: ignore[arg-type]


def test_the_story_links_back_to_its_texts() -> None:
    told = story(
        [telling(f"t{number}", number, *text, score=-0.5, places=("城北镇",)) for number, text in enumerate(TOWER)]
        + [telling("n", 9, "通知", "感谢各位家长的关心。", score=0.4)]
    )
    texts = {f"t{number}": text for number, (_, text) in enumerate(TOWER)}
    assert (told.texts, told.first_at, told.last_at) == (4, AT, AT + timedelta(minutes=9))
    assert told.title == dict(zip(texts, (title for title, _ in TOWER), strict=True))[told.title_id]
    assert "铁塔" in told.title
    assert 1 <= len(told.summary) <= 3
    for sentence in told.summary:
        assert texts[sentence.id][sentence.start : sentence.end] == sentence.text
    assert told.negative == 0.75
    assert (told.places, told.sources) == ({"城北镇": 3}, {"热线": 4})


def test_the_story_of_one_short_text() -> None:
    told = story([telling("a", 0, "", "停电")])
    assert (told.title, told.summary, told.negative) == ("停电", (), None)
    with pytest.raises(ValueError, match="no texts"):
        story([])


def test_the_best_cluster_counts() -> None:
    figure = mean_best(
        {"甲": frozenset("abc"), "乙": frozenset("de")}, {"a": "1", "b": "1", "c": "2", "d": "3", "e": "3"}
    )
    assert figure.value == pytest.approx((0.8 + 1.0) / 2)
    assert figure.n == 5
    assert figure.per_class["甲"] == pytest.approx({"precision": 1.0, "recall": 2 / 3, "f1": 0.8, "n": 3})
    assert best_cluster(frozenset("a"), [])["f1"] == 0.0
