"""The log's own command lines as recipes: abbreviations, commits, notes, refusals."""

import pytest
from tiny_runs import asciivae

from asciivae.errors import UsageError
from asciivae.recipe.export import dump_yaml
from asciivae.recipe.resolve import check_recipe
from asciivae.reproduction.commits import COMMITS, RUNS
from asciivae.reproduction.translate import translate

LOGGED = (
    "--font-res 9 --font-zoom 21 --ce-recon-loss-scale 1.0 --space-deemph 1e5 --kl-coeff 0.1 "
    "--image-recon-loss-coeff 4e1 --n-workers 16 --validation-prop 0.025 --validation-every 100 --learning-rate 5e-4 "
    "-b 164 -n 10000 --run-name models/image_512 --print-every 10 --gumbel-tau 0.2"
)


def test_every_flag_of_a_logged_command_arrives() -> None:
    recipe = translate(LOGGED).recipe
    assert recipe["glyphs"] == {"cell": "logged", "res": 9, "zoom": 21, "antialias": False}
    assert recipe["losses"] == [
        {"use": "ce", "weight": 1.0, "space_deemph": 1e5, "reduction": "weighted-mean"},
        {"use": "mse", "reduction": "mean", "weight": 40.0},
        {"use": "kl", "weight": 0.1, "reduction": "mean"},
    ]
    assert recipe["data"]["split"] == {"rule": "tail", "share": 0.025}
    assert recipe["optim"] == {"use": "adam", "lr": 5e-4}
    assert recipe["relax"] == {"use": "gumbel", "tau": 0.2}
    assert recipe["train"]["epochs"], recipe["train"]["batch"] == (10000, 164)
    assert recipe["every"] == {"log": 10, "evaluate": 2400, "sample": 240}  # 24 steps an epoch
    assert recipe["log"] == {"commit": "20717f2", "command": LOGGED}


@pytest.mark.parametrize("front", ["", "bpython train.py ", "python3 train.py ", "train.py "])
def test_the_trainer_may_stand_in_front(front: str) -> None:
    made = translate(front + LOGGED).recipe
    made["log"]["command"] = LOGGED
    assert made == translate(LOGGED).recipe


def test_flags_may_be_abbreviated_and_joined_as_argparse_allows() -> None:
    long = translate("--kl-coeff 0.05 --batch_size 32 --should-char-weight", "20717f2").recipe
    short = translate("--kl 0.05 -b32 --should", "20717f2").recipe
    assert {**short, "log": None} == {**long, "log": None}
    assert translate("--kl-coeff=0.05 -b 32 --should-char", "20717f2").recipe["losses"] == long["losses"]


@pytest.mark.parametrize("commit", COMMITS)
def test_each_commits_defaults_are_a_sound_recipe(commit: str) -> None:
    made = translate("", commit)
    assert check_recipe(dump_yaml(made.recipe), f"{commit}.yaml").recipe.log is not None
    assert made.notes == ("the commit requires --validation-prop; 0.05 is assumed",)
    assert translate("", commit + "0" * 33).recipe == made.recipe


@pytest.mark.parametrize(("run", "commit"), RUNS.items())
def test_the_name_of_a_run_tells_its_commit(run: str, commit: str) -> None:
    made = translate(f"--run-name {run} --validation-prop 0.1")
    assert made.recipe["log"]["commit"] == commit
    assert made.notes == (
        f"no --commit was given: these flags are read as those of {commit}, "
        "which the log's run of this name was made with",
        "--run-name is left out: use `asciivae train --out`",
    )


@pytest.mark.parametrize(
    ("flags", "commit"),
    [("-b 8", "20717f2"), ("--gumbel-tau 0.3", "20717f2"), ("--gumbel-tau-r 1e-5", "928930d"),
     ("--renderer-type continuous", "e49ec1d"), ("--should-discrete", "99126b3")],
)  # fmt: skip
def test_otherwise_the_flags_tell_it(flags: str, commit: str) -> None:
    assert translate(flags).recipe["log"]["commit"] == commit


def test_what_only_some_commits_did() -> None:
    divided = translate("-b 128 --renderer-type continuous --image 100", "e49ec1d").recipe["losses"]
    assert [loss["weight"] for loss in divided] == [0.1 / 128, 100 / 128, 1 / 128]
    assert [loss["use"] for loss in translate("", "e49ec1d").recipe["losses"]] == ["ce", "kl"]  # no renderer, no image
    discrete = translate("--should-discrete-render", "3bdd7ea").recipe
    assert discrete["renderer"] == {"use": "discrete"}
    assert (discrete["losses"][0]["char_power"], discrete["losses"][1]["weight"]) == (0.1, 10.0)
    assert translate("--ce-label-smoothing 0.1", "928930d").recipe["losses"][0]["label_smoothing"] == 0.1
    assert translate("-n 25000", "f27fb91").recipe["train"]["swa"] == {"start": 20000, "lr": 0.005, "anneal": 10}
    assert translate("--gumbel-tau-r 1e-5", "f27fb91").recipe["relax"]["tau"] == {"min": 0.5, "rate": 1e-5}
    assert (
        "the neural renderer of the log is lost; the analytic one replaces it"
        in translate("--neural-renderer-path x.ckpt", "ac2da5c").notes
    )


REFUSALS = {
    "--gumbel-tux 0.3": "the trainer of 20717f2 has no flag --gumbel-tux — did you mean --gumbel-tau?",
    "--zzz 1 -b 4": "the trainer of 20717f2 has no flag --zzz",
    "--renderer-type continuous --font-res 9": "the trainer of 20717f2 has no flag --renderer-type, that of cb2c7dd, "
    "e49ec1d has",
    "-b many": "the trainer of 20717f2 rejects this: argument --batch_size/-b: invalid int value: 'many'",
    "--font 3": "the trainer of 20717f2 rejects this: ambiguous option: --font could match --font-res, --font-zoom",
    "-b": "the trainer of 20717f2 rejects this: argument --batch_size/-b: expected one argument",
    "cat.txt -b 4": "'cat.txt' is neither a flag nor the trainer's name",
    "-b 4 cat.txt": "'cat.txt' is not the value of a flag",
    "-b 'x": "the command cannot be read: No closing quotation",
}


@pytest.mark.parametrize(("command", "message"), REFUSALS.items())
def test_refusals_name_the_flag(command: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        translate(command)
    assert caught.value.message == message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["20717f3", "20717", "HEAD"])
def test_a_commit_that_is_not_of_the_log(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        translate("-b 4", name)
    assert caught.value.message.startswith(f"commit {name!r} is not one of the log")
    assert caught.value.hint == f"commits: {', '.join(COMMITS)}"


@pytest.mark.parametrize("arguments", [[LOGGED], LOGGED.split(), ["bpython train.py " + LOGGED, "--commit", "20717f2"]])
def test_the_command_prints_a_recipe_and_talks_on_stderr(arguments: list[str]) -> None:
    done = asciivae("recipes", "translate", *arguments)
    assert done.exit_code == 0, done.stderr
    recipe = check_recipe(done.stdout, "stdout").recipe
    assert (recipe.train.batch, recipe.optim.lr) == (164, 5e-4)
    assert "--n-workers is left out: batches are made where they are used" in done.stderr.splitlines()


def test_the_command_refuses_with_exit_2() -> None:
    done = asciivae("recipes", "translate", "--gumbel-tux 3")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(
        "error: the trainer of 20717f2 has no flag --gumbel-tux — did you mean --gumbel-tau?\n\nhint: set another"
    )
