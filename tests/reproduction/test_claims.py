"""`asciivae recipes claims`: each is about recipes there are, computes what it says, and is honest when in haste."""

import json

import pytest
from tiny_runs import asciivae

from asciivae.recipe import library
from asciivae.reproduction.claims import CLAIMS
from asciivae.reproduction.claims.document import document
from asciivae.reproduction.claims.exact import EXACT
from asciivae.reproduction.claims.short_runs import TRAINED, UNDECIDED, _verdict

BY_NAME = {claim.name: claim for claim in CLAIMS}


def numbers_of(name: str) -> list[float]:
    return list(BY_NAME[name].check(True).numbers.values())


def test_all_findings_of_the_log_are_there() -> None:
    assert (len(TRAINED), len(EXACT), len(BY_NAME)) == (6, 5, 11)
    for claim in CLAIMS:
        for recipe in claim.recipes:
            assert library.find(recipe).origin == "asciivae"


def test_double_softmax() -> None:
    right, wrong, start, plain = numbers_of("double-softmax")
    assert (right, wrong) == pytest.approx((3.57180, 4.57180), abs=1e-5)  # ln(e + 94) - 1 and ln(e + 94)
    assert start == pytest.approx(plain / 95)
    assert plain == pytest.approx((1 - 1 / 95) ** 0.5)


def test_blank_page() -> None:
    mse_blank, mse_moved, l1_blank, l1_moved, share = numbers_of("blank-page")
    assert mse_blank < mse_moved
    assert l1_blank < l1_moved
    assert share > 0.5


def test_log_identity() -> None:
    centre, others, ratio, repaired, logged = numbers_of("log-identity")
    assert centre == pytest.approx(-7.9577, abs=1e-4)
    assert others < 2e-3
    assert ratio == pytest.approx(63.3, abs=0.1)
    assert abs(repaired) < 0.01
    assert logged < -0.999


def test_fp16_overflow() -> None:
    largest, infinite, half, single, shifted = numbers_of("fp16-overflow")
    assert largest > 65504
    assert infinite > 0
    assert half > 0
    assert single == 0
    assert shifted < 0.05


def test_a_verdict_is_only_given_where_it_can_be() -> None:
    assert _verdict(True, holds=True, fails=False) == UNDECIDED
    assert _verdict(False, holds=True, fails=False) == "reproduced"
    assert _verdict(False, holds=False, fails=True) == "refuted"
    assert _verdict(False, holds=False, fails=False) == UNDECIDED
    assert _verdict(False, holds=True, fails=True) == UNDECIDED


@pytest.mark.slow
def test_all_of_them_in_haste() -> None:
    done = asciivae("recipes", "claims", "--quick", "--json")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["quick"] is True
    verdicts = {claim["name"]: claim["verdict"] for claim in told["claims"]}
    assert list(verdicts) == list(BY_NAME)
    assert {verdicts[claim.name] for claim in TRAINED} == {UNDECIDED}
    assert {verdicts[claim.name] for claim in EXACT} == {"reproduced"}
    for claim in told["claims"]:
        assert claim["numbers"]
        assert bool(claim["settings"]) == (claim["name"] in {one.name for one in TRAINED})


def test_a_table_and_a_document() -> None:
    done = asciivae("recipes", "claims", "log-identity")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines()[1].startswith("log-identity\treproduced\tcentre of the kernel\t-7.958\t66ea1d6 ")
    done = asciivae("recipes", "claims", "log-identity", "--markdown")
    claim = BY_NAME["log-identity"]
    assert done.stdout == document([(claim, claim.check(False))], "asciivae recipes claims --markdown")
    assert "| [the edge filter with σ 0.2 is a scaled identity](#log-identity) | reproduced |" in done.stdout


def test_a_claim_that_nobody_made() -> None:
    done = asciivae("recipes", "claims", "log-identiti")
    assert done.exit_code == 2
    assert done.stderr.startswith(
        "error: unknown claim 'log-identiti' — did you mean 'log-identity'?\n\nhint: claims: "
    )
