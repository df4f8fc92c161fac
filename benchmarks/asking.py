"""Keeping addresses of a server busy with ``wrk``, Debian's package of that name: as fast as it answers, or paced."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CONNECTIONS: Final = 16
# How wrk is told what to send, one after the other, and how it tells what came of it.
SCRIPT: Final = """
local asked, turn = {}, 0
init = function()
  for place, one in ipairs(%s) do
    local headers = {["Content-Type"] = "application/json", ["Host"] = wrk.headers["Host"]}
    if one[3] ~= "" then headers["Authorization"] = "Bearer " .. one[3] end
    asked[place] = wrk.format(one[1], one[2], headers, one[4])
  end
end
request = function()
  turn = turn %% #asked + 1
  return asked[turn]
end
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('RESULT {"requests": %%d, "microseconds": %%d, "p50": %%d, "p99": %%d, "failed": %%d}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""
# One thread sends everything, so one clock gives every request its time; what is late is sent at once.
PACE: Final = """
local ffi = require("ffi")
ffi.cdef[[
  typedef struct { long sec; long usec; } clock_reading;
  int gettimeofday(clock_reading *reading, void *zone);
]]
local reading, due = ffi.new("clock_reading"), nil
delay = function()
  ffi.C.gettimeofday(reading, nil)
  local now = tonumber(reading.sec) * 1000 + tonumber(reading.usec) / 1000
  due = math.max((due or now) + %f, now - 1000)
  return math.max(0, math.floor(due - now))
end
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: to which path, with whose token, and which body; a POST with one, a GET without."""

    path: str
    token: str = ""
    body: Mapping[str, Any] | None = None

    def __str__(self) -> str:
        method = "GET" if self.body is None else "POST"
        body = "nil" if self.body is None else json.dumps(json.dumps(self.body))
        return f"{{{json.dumps(method)}, {json.dumps(self.path)}, {json.dumps(self.token)}, {body}}}"


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and what is asked of it in turn."""

    url: str
    asked: Sequence[Request]

    def script(self, *, a_second: float | None) -> str:
        """Return what wrk is to do."""
        asked = ", ".join(map(str, self.asked))
        return SCRIPT % f"{{{asked}}}" + (PACE % (1000 / a_second) if a_second else "")


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one run of wrk: requests a second, milliseconds, and how many requests failed."""

    rate: float
    p50: float
    p99: float
    failed: int


def ask(address: Address, folder: Path, *, seconds: int, a_second: float | None = None) -> Answered:
    """Keep an address busy, with so many requests ``a_second`` at most."""
    script = folder / "ask.lua"
    script.write_text(address.script(a_second=a_second))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script), address.url]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60)
    told = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    found = json.loads(told.removeprefix("RESULT "))
    return Answered(
        rate=1e6 * found["requests"] / found["microseconds"],
        p50=found["p50"] / 1000,
        p99=found["p99"] / 1000,
        failed=found["failed"],
    )
