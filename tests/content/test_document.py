"""YAML whose every value knows its line."""

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.content.document import UNREAD, Document, Shelf, parse

TEXT = """\
name: Ларс
country: no
known: yes
since: 2022-09
nothing: ~
empty:
quoted: ""
posts:
  - id: one
    km: 3.5
  - id: two
    km: far
    colour: red
"""
BLANK = Document("content/a.yaml", "C")


def document(text: str = TEXT, first_line: int = 1) -> Document:
    found = parse(BLANK, text, first_line)
    assert found.problems == ()
    return found


def codes(text: str) -> list[tuple[str, int]]:
    return [(problem.code, problem.line) for problem in parse(BLANK, text).problems]


def test_scalars_are_the_text_that_stands_there() -> None:
    data = document().data
    assert (data["country"], data["known"], data["since"]) == ("no", "yes", "2022-09")
    assert data["posts"][0] == {"id": "one", "km": "3.5"}


def test_only_what_is_not_there_is_none() -> None:
    data = document().data
    assert (data["nothing"], data["empty"], data["quoted"]) == (None, None, "")
    assert document("['null', null]").data == ["null", None]


def test_every_value_knows_its_line() -> None:
    found = document()
    places = ((), ("country",), ("posts", 1), ("posts", 1, "colour"))
    assert [found.line(at) for at in places] == [1, 2, 11, 13]
    assert found.line(("posts", 1, "missing", 3)) == 11
    assert document(first_line=10).line(("country",)) == 11


def test_a_problem_is_told_where_the_value_stands() -> None:
    problem = document().problem(("posts", 1, "km"), "105", "is far")
    assert str(problem) == "content/a.yaml:12: C105 is far"
    assert str(document().problem(7, "G603", "two spaces")) == "content/a.yaml:7: G603 warning: two spaces"


def test_what_is_no_yaml() -> None:
    for text, line in (("a: 1\n[", 3), ("a: b: c", 1), ("{", 2), ("\x00", 1), ("- a\nb: c", 2)):
        assert parse(BLANK, text).data is UNREAD
        assert codes(text) == [("C102", line)], text


def test_an_error_in_a_part_of_a_file_has_the_line_of_the_file() -> None:
    [problem] = parse(BLANK, "a: 1\nb: [", 5).problems
    assert (problem.code, problem.line) == ("C102", 7)


def test_keys_twice_and_references_are_refused() -> None:
    assert codes("a: 1\nb: 2\na: [3]") == [("C107", 3)]
    assert codes("a: &x [1]\nb: *x") == [("C105", 2)]
    assert codes("a: &x 1\nb: *x") == [("C105", 2)]
    assert codes("? [1]\n: 2") == [("C105", 1)]
    assert codes("a: 1\n---\nb: 2") == [("C102", 2)]


def test_the_rest_of_a_file_with_such_a_problem_is_read() -> None:
    assert parse(BLANK, "a: 1\na: 2\nb: &x [*x]\n? [c]\n: 3\nd: 4").data == {"a": "1", "b": [None], "d": "4"}


def test_an_empty_file_holds_nothing() -> None:
    assert document("").data is None
    assert document("# later").data is None


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("\ufeffa: 1\r\nb: |\r\n  c\r\n".encode())
    shelf = Shelf(tmp_path, "G")
    assert shelf.text(tmp_path / "a.yaml") == "a: 1\nb: |\n  c\n"
    assert shelf.yaml(tmp_path / "a.yaml").data == {"a": "1", "b": "c\n"}


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "guide").mkdir()
    (tmp_path / "guide" / "a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    shelf = Shelf(tmp_path, "G")
    for name, line in (("none.yaml", 1), ("a.yaml", 2)):
        found = shelf.yaml(tmp_path / "guide" / name)
        [problem] = found.problems
        assert found.data is UNREAD
        assert (problem.path, problem.line) == (f"{tmp_path.name}/guide/{name}", line)
        assert problem.code == "G101"


def test_words_that_stood_before_are_found() -> None:
    found = document("- id: a\n- id: b\n- id: a\n")
    seen: set[tuple[str, str]] = set()
    problems = [problem for at, id in enumerate("aba") for problem in found.repeated((at,), seen, id=id)]
    assert [(problem.code, problem.line) for problem in problems] == [("C111", 3)]


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)
data = st.recursive(
    st.none() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


class _Plain(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@given(data)
def test_texts_lists_and_keys_are_read_as_they_were_written(written: Any) -> None:
    text = yaml.dump(written, Dumper=_Plain, allow_unicode=True)
    assert document(text).data == written


@given(st.text(max_size=40))
def test_whatever_stands_there_is_read_or_told(text: str) -> None:
    found = parse(BLANK, text)
    assert found.problems or found.data is not UNREAD
