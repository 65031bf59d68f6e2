"""ElastAlert2's own rule classes over given texts; runs in the peer's interpreter, with nothing of ours.

    python peer_elastalert.py TEXTS.json '{"kind": "spike", "keyed": true, "options": [{…}]}'

Prints for each set of options the matches as [row, key, time]. A window is an hour; keys are looked at with each of
their texts and every hour by the placeholder of the peer's garbage collection. What the classes use to find a field of
a nested document is replaced by a plain look-up: it gives the same for these flat ones in half the time.
"""

import datetime
import json
import sys
from pathlib import Path

from elastalert import ruletypes, util
from elastalert.ruletypes import FrequencyRule, SpikeRule

EPOCH = datetime.datetime(2025, 1, 1, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
util.lookup_es_key = ruletypes.lookup_es_key = dict.get


def matches(kind: str, keyed: bool, options: dict, texts: list[dict]) -> list[tuple[int, int, int]]:
    rule = {"timeframe": HOUR, "timestamp_field": "@timestamp", "spike_type": "up", "threshold_ref": 1, **options}
    if keyed:
        rule["query_key"] = "key"
    tester = (SpikeRule if kind == "spike" else FrequencyRule)(rule)
    found, seen, turn = [], 0, EPOCH
    for text in texts:
        while text["@timestamp"] >= turn:
            if kind == "spike":  # of the other class it only forgets keys, and stumbles over emptied ones
                tester.garbage_collect(turn)
            turn += HOUR
        tester.add_data([dict(text)])  # a match writes its time into the event as text
        for match in tester.matches[seen:]:
            found.append((text["row"], match.get("key", text["key"]), text["second"]))
        seen = len(tester.matches)
    return found


def main() -> None:
    given = json.loads(Path(sys.argv[1]).read_text())
    asked = json.loads(sys.argv[2])
    texts = [
        {"@timestamp": EPOCH + datetime.timedelta(seconds=at), "key": key, "row": row, "second": at}
        for row, (at, key) in enumerate(zip(given["at"], given["key"], strict=True))
    ]
    json.dump([matches(asked["kind"], asked["keyed"], options, texts) for options in asked["options"]], sys.stdout)


if __name__ == "__main__":
    main()
