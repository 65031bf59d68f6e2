"""Delivery as a process of its own, to be killed: `python -m tests.faults.deliver_victim HOME NOW`."""

from __future__ import annotations

import os
import sys
from datetime import datetime

from config.clock import TurnedClock
from config.settings import load_settings
from yujing.wiring import build

if __name__ == "__main__":
    home, now = sys.argv[1:]
    environ = {name: value for name, value in os.environ.items() if name.startswith("YUJING_")}
    services = build(load_settings(environ={**environ, "YUJING_HOME": home}), TurnedClock(datetime.fromisoformat(now)))
    services.prepare_home()
    deliverer = services.deliverer()
    print("ready", flush=True)
    deliverer.run_once()
    deliverer.close()
    services.close()
    print("done", flush=True)
