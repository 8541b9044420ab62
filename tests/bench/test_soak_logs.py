"""The soak run's reader of logs: every lost, doubled, damaged or misplaced byte is found."""

import pytest
from soak import page

CHILD = 7


@pytest.fixture
def lives(tmp_path):
    """Made lives: add(child, intended, written)."""
    made = page.Page(tmp_path / "page", 10)

    class Made(page.Lives):
        def add(self, child, intended, written):
            number = made.count()
            at = page.HEADER.size + number * page.RECORD.size
            page.RECORD.pack_into(made._map, at, child, 1000 + number, intended, written)
            page.HEADER.pack_into(made._map, 0, number + 1, made.capacity)
            self.refresh()
            return number

    yield Made(made)
    made.close()


def lines(life, first, end):
    return b"".join(page.line(CHILD, life, number) for number in range(first, end))


def read(lives, *pieces):
    reader = page.LogReader(lives, CHILD)
    for piece in pieces:
        reader.feed(piece)
    reader.finish()


def test_what_all_lives_have_written_is_right_however_it_is_cut(lives):
    first, second = lives.add(CHILD, 30, 30), lives.add(CHILD, 20, 20)
    text = lines(first, 0, 30) + lines(second, 0, 20)
    read(lives, text)
    read(lives, *(text[at : at + 11] for at in range(0, len(text), 11)))


def test_a_life_that_was_killed_may_have_written_its_last_piece_or_not(lives):
    life = lives.add(CHILD, 30, 20)
    read(lives, lines(life, 0, 20))
    read(lives, lines(life, 0, 30))
    with pytest.raises(ValueError, match="19 lines are there, 20 to 30 were written"):
        read(lives, lines(life, 0, 19))
    with pytest.raises(ValueError, match="31 lines are there"):
        read(lives, lines(life, 0, 31))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b"7 0 5 ", b"7 0 6 "),
        lambda text: text + page.line(CHILD, 0, 9),
        lambda text: page.line(CHILD, 0, 0) + text,
        lambda text: text[:40] + text[41:],
        lambda text: text + b"7 0",
        lambda text: text.replace(b"x", b"\0", 1),
        lambda text: b"8" + text[1:],
    ],
    ids=["a wrong number", "the last line twice", "the first line twice", "a byte lost", "a torn line", "a byte changed",
         "another child's"],
)  # fmt: skip
def test_damage_is_found(lives, spoil):
    lives.add(CHILD, 10, 10)
    with pytest.raises(ValueError, match="log of child 7"):
        read(lives, spoil(lines(0, 0, 10)))


def test_a_life_that_left_nothing_is_found_if_it_had_written(lives):
    first, silent, last = lives.add(CHILD, 10, 10), lives.add(CHILD, 10, 0), lives.add(CHILD, 10, 10)
    read(lives, lines(first, 0, 10) + lines(last, 0, 10))
    lost = lives.add(CHILD, 10, 10)
    with pytest.raises(ValueError, match=f"lacks life {lost}"):
        read(lives, lines(first, 0, 10) + lines(last, 0, 10))
    assert silent != lost


def test_lives_in_the_wrong_order_are_found(lives):
    first, second = lives.add(CHILD, 10, 10), lives.add(CHILD, 10, 10)
    with pytest.raises(ValueError, match="lacks life|what follows"):
        read(lives, lines(second, 0, 10) + lines(first, 0, 10))
