from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.recordings.line_of_time import POINTS, Piece, Stretch, Taken, line, place, wave

# On a machine that has other things to do.
SLOWLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PIECES = st.lists(
    st.builds(
        Piece,
        begin=st.integers(0, 100_000),
        of=st.integers(1, 4),
        offset=st.integers(0, 1_000),
        length=st.integers(0, 60_000),
    ),
    max_size=8,
)


@SLOWLY
@given(length=st.integers(1, 100_000), pieces=PIECES)
def test_the_line_has_neither_gap_nor_overlap_and_is_as_long_as_the_call(length, pieces):
    stretches = line(length, pieces)
    assert stretches[0].begin == 0
    assert stretches[-1].end == max([length, *(one.begin + one.length for one in pieces if one.length)])
    assert all(one.end == after.begin for one, after in zip(stretches, stretches[1:], strict=False))
    assert all(one.end > one.begin for one in stretches)


@SLOWLY
@given(length=st.integers(1, 100_000), pieces=PIECES)
def test_each_recorded_second_is_heard_once_and_from_a_file_that_holds_it(length, pieces):
    stretches = line(length, pieces)
    covered = {(one.begin + ms) for one in pieces for ms in range(0, one.length, 997)}
    heard = [one for one in stretches if one.of is not None]
    for moment in covered:
        (stretch,) = [one for one in heard if one.begin <= moment < one.end]
        assert any(
            piece.of == stretch.of
            and piece.begin <= moment < piece.begin + piece.length
            and piece.offset + moment - piece.begin == stretch.offset + moment - stretch.begin
            for piece in pieces
        )


@SLOWLY
@given(length=st.integers(1, 100_000), pieces=PIECES, heights=st.binary(max_size=POINTS))
def test_the_wave_covers_the_whole_line(length, pieces, heights):
    stretches = line(length, pieces)
    assert len(wave(stretches, {1: heights}, {1: 60_000})) == POINTS


def test_two_files_of_a_transfer_follow_each_other():
    files = [Taken(1, 20_000, 5_000, 40_000), Taken(2, 14_000, 26_000, 40_000)]
    assert line(40_000, place(files, answered=5_000)) == [
        Stretch(0, 5_000),
        Stretch(5_000, 25_000, 1, 0),
        Stretch(25_000, 26_000),
        Stretch(26_000, 40_000, 2, 0),
    ]


def test_the_same_seconds_in_two_files_are_heard_once():
    pieces = place([Taken(1, 10_000, 0, 10_000), Taken(2, 10_000, 6_000, 16_000)], answered=0)
    assert line(16_000, pieces) == [Stretch(0, 10_000, 1, 0), Stretch(10_000, 16_000, 2, 4_000)]


def test_a_file_that_left_out_what_nobody_was_to_hear_is_laid_over_the_bridges():
    """Begun while it rang, written while somebody spoke."""
    file = Taken(1, 7_040, since=500, until=20_000, bridged=((2_000, 5_000), (15_000, 19_000)))
    assert place([file], answered=2_000) == [Piece(2_000, 1, 0, 3_000), Piece(15_000, 1, 3_000, 4_040)]


def test_a_file_that_holds_the_ringing_too_begins_where_it_was_begun():
    file = Taken(1, 19_400, since=500, until=20_000, bridged=((2_000, 5_000),))
    assert place([file], answered=2_000) == [Piece(500, 1, 0, 19_400)]


def test_files_of_which_no_beginning_is_known_follow_each_other_from_the_answer_on():
    files = [Taken(1, 3_000, None, 9_000), Taken(2, 2_000, None, 9_000)]
    assert place(files, answered=1_000) == [Piece(1_000, 1, 0, 3_000), Piece(4_000, 2, 0, 2_000)]


def test_the_wave_of_a_file_stands_where_the_file_is_heard():
    stretches = line(4_000, [Piece(2_000, 1, 0, 2_000)])
    heights = wave(stretches, {1: bytes([10] * 50 + [200] * 50)}, {1: 2_000})
    assert (heights[0], heights[299], heights[300], heights[449], heights[450], heights[599]) == (
        0,
        0,
        10,
        10,
        200,
        200,
    )
