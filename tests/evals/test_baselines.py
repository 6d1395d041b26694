import pytest

from evals.baselines import DRAWS, ORACLE, RANDOM, Baseline, baselines, plausible, random_stack
from evals.case import RealCase
from evals.case_files import CaseSet
from evals.paired import Standing, pair
from evals.vocabulary import vocabulary

MOST_THAT_RANDOM_MAY_PASS = 3


@pytest.fixture(scope="module")
def cases(development: CaseSet) -> list[RealCase]:
    return [case for case in development.cases.values() if isinstance(case, RealCase)]


@pytest.fixture(scope="module")
def found(cases: list[RealCase]) -> dict[str, Baseline]:
    return baselines(cases)


def test_every_slot_may_be_filled_by_words_of_the_vocabulary() -> None:
    words = vocabulary()
    assert set(plausible()) == set(words.layers)
    for slot, ids in plausible().items():
        assert set(ids) <= words.ids, slot


def test_what_a_case_accepts_is_plausible(cases: list[RealCase]) -> None:
    words = vocabulary()
    for case in cases:
        for slot, names in (*case.expectations.acceptable.items(), *case.documented_choice.items()):
            assert words.expand(names) <= set(plausible()[slot]), (case.id, slot)


def test_random_stacks_are_seeded_and_differ_by_draw_and_case(cases: list[RealCase]) -> None:
    one, other = cases[:2]
    assert random_stack(0)(one) == random_stack(0)(one)
    assert random_stack(0)(one) != random_stack(1)(one)
    assert random_stack(0)(one) != random_stack(0)(other)


def test_random_stacks_hardly_pass(found: dict[str, Baseline]) -> None:
    assert len(found[RANDOM].draws) == DRAWS
    assert sum(item.passed for item in found[RANDOM].standings.values()) <= MOST_THAT_RANDOM_MAY_PASS


def test_other_answerers_stand_beside_ours(cases: list[RealCase], found: dict[str, Baseline]) -> None:
    (right,) = found[ORACLE].draws
    given = baselines(cases, extra={"form": right}, choices={"model": right, "silent": {}})
    assert not given["form"].choice_alone
    assert given["model"].choice_alone
    assert "silent" not in given


def test_the_documented_choice_beats_random_stacks_on_the_same_cases(found: dict[str, Baseline]) -> None:
    pairing = pair(found[RANDOM].standings, found[ORACLE].standings)
    assert len(pairing.shared) == 20
    assert pairing.p_value is None
    assert pairing.score is not None
    assert pairing.score.interval.low > 0


def test_passes_and_scores_are_paired_by_case() -> None:
    a = {"x": Standing(1, 0.8), "y": Standing(0, 0.4), "z": Standing(1)}
    b = {"y": Standing(1, 0.9), "x": Standing(1, 0.8), "w": Standing(1, 1)}
    found = pair(a, b)
    assert (found.shared, found.gained, found.lost) == (("x", "y"), ("y",), ())
    assert found.p_value == 1
    assert found.passes is not None
    assert found.passes.mean == pytest.approx(0.5)
    assert found.score is not None
    assert found.score.mean == pytest.approx(0.25)
    assert found.score.interval == pytest.approx((0, 0.5))


def test_every_change_of_side_counts_in_the_sign_test() -> None:
    a = {name: Standing(float(name in "abc"), 0.5) for name in "abcdef"}
    b = {name: Standing(float(name in "d"), 0.4) for name in "abcdef"}
    found = pair(a, b)
    assert (found.gained, found.lost) == (("d",), ("a", "b", "c"))
    assert found.p_value == pytest.approx(0.625)
    assert pair(b, a).p_value == pytest.approx(0.625)
    assert found.passes is not None
    assert found.passes.mean == pytest.approx(-1 / 3)
    assert found.passes.interval.low < found.passes.mean < found.passes.interval.high


def test_a_case_without_a_score_on_one_side_is_left_out_of_the_scores() -> None:
    a = {"x": Standing(1, 0.8), "y": Standing(1), "z": Standing(1, 0.5)}
    b = {"x": Standing(1, 0.9), "y": Standing(1, 0.9), "z": Standing(1)}
    found = pair(a, b)
    assert found.score is not None
    assert found.score.mean == pytest.approx(0.1)
    assert pair(b, a).p_value == 1
    assert pair({"y": Standing(1)}, {"y": Standing(1)}).score is None
