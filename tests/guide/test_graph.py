from pathlib import Path

import pytest

from bot.guide.graph import graph
from tests.guide.builder import Content, kazakhstan


@pytest.fixture
def content(tmp_path: Path) -> Content:
    return kazakhstan(tmp_path).answer("kz-car", see=["kz-stay"])


def test_the_graph_holds_every_rule_and_link(content: Content) -> None:
    content.flow("kz", "by", ({"by": ["car", "foot"]}, "kz-car"), "@crossings")
    lines = graph(content.guide()).splitlines()
    names = {line.split('"')[1]: line.split("{")[0].split("[")[0].strip() for line in lines[1:7]}
    assert lines[0] == "flowchart LR"
    assert f'  {names["kz: by"]} -- "by=car/foot" --> {names["kz-car"]}' in lines
    assert f'  {names["kz: by"]} -- "otherwise" --> crossings(["@crossings"])' in lines
    assert f"  {names['start: country']} -. first .-> {names['safety']}" in lines
    assert f"  {names['kz-car']} -.-> {names['kz-stay']}" in lines
