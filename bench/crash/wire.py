"""Rows in which the mail server dies and comes back, and in which connections are cut at each of its replies."""

import time
from collections.abc import Iterator
from functools import partial
from itertools import islice

from bench.crash.everywhere import counts
from bench.crash.mailserver import MODES
from bench.crash.matrix import Ground, Play, Row, modes
from bench.crash.senders import ROUNDS
from bench.crash.stage import Stage

AWAY = 0.4  # seconds for which nobody listens
WAYS = {"behind": (), "half": ("--half",), "reset": ("--reset",), "half, reset": ("--half", "--reset")}


def server_killed(stage: Stage, share: float) -> None:
    """The mail server dies among the messages, and another one takes its port."""
    sender = stage.send()
    stage.among(sender, share)
    if stage.meets(sender):
        stage.round.kills += 1
        stage.sink.kill()
        time.sleep(AWAY)
        stage.sink.restart()
    stage.finish(sender)


def cut(stage: Stage) -> None:
    """The connection ends at the reply that the sink was told."""
    stage.round.kills += 1
    stage.finish(stage.send())


def _server(ground: Ground) -> Iterator[Play]:
    for mode in islice(modes(), ROUNDS):
        yield Play(partial(server_killed, share=ground.moment() * 0.9), mode)


def _cut(ground: Ground) -> Iterator[Play]:
    for mode in MODES:
        for number in range(1, counts(ground, mode)["reply"] + 1, ground.step):
            for way, options in WAYS.items():
                yield Play(cut, mode, f"{way} {number}", ("--cut", str(number), *options), few=True)


ROWS = (
    Row("server", "the mail server killed among the messages, and started anew on its port", _server),
    Row("cut", "the connection cut behind each reply and in the middle of each, by FIN and by RST", _cut),
)
