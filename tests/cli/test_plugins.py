"""`asciivae plugins list | show | check | new`, on what comes with asciivae."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from tiny_runs import asciivae

from asciivae import registry


def listed(*arguments: str) -> list[dict[str, Any]]:
    document = json.loads(asciivae("plugins", "list", *arguments, "--json").stdout)
    assert document.pop("schema") == 1
    return list(document["plugins"])


class TestList:
    def test_every_component_of_ours_is_there_with_what_it_is(self) -> None:
        known = {(plugin["kind"], plugin["name"]): plugin for plugin in listed()}
        for kind in ("loss", "renderer", "source"):
            for entry in registry.entries(kind):
                found = known[kind, entry.name]
                assert found["about"], entry
                assert (found["state"], found["distribution"]) == (entry.state, entry.distribution)

    def test_one_kind_alone(self) -> None:
        assert {plugin["kind"] for plugin in listed("renderers")} == {"renderer"}

    def test_as_a_table(self) -> None:
        lines = asciivae("plugins", "list", "losses").stdout.splitlines()
        assert lines[0] == "kind\tname\tfrom\tstate\twhat it is\toptions"
        (l1,) = (line.split("\t") for line in lines if line.startswith("loss\tl1\t"))
        assert l1[3:] == [
            "ok",
            "The absolute difference of the two pictures (`l1`).",
            "reduction: Literal['mean', 'sum', 'batch-sum'] = 'mean'",
        ]

    def test_it_imports_nothing_heavy(self) -> None:
        code = "import sys; from asciivae.cli import app; app(['plugins', 'list'], standalone_mode=False); "
        code += "print(sorted({'torch', 'numpy', 'scrapy', 'skimage'} & set(sys.modules)))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout.splitlines()[-1] == "[]"


class TestShow:
    def test_what_it_is_and_its_options(self) -> None:
        done = asciivae("plugins", "show", "kl")
        assert (done.exit_code, done.stderr) == (0, "")
        head, about, columns, *options = done.stdout.splitlines()
        assert head.startswith("loss kl, from asciivae ")
        assert about.startswith("KL(q(z|x)")
        assert columns == "option\ttype\tdefault\twhat it does"
        assert [line.split("\t")[:3] for line in options] == [
            ["reduction", "Literal['sum', 'mean']", "'sum'"],
            ["free_bits", "float", "0.0"],
        ]

    def test_a_name_that_is_not_known_gets_the_nearest(self) -> None:
        done = asciivae("plugins", "show", "simlarity")
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == (
            "error: unknown plugin 'simlarity' — did you mean 'similarity'?\n\nhint: asciivae plugins list\n"
        )


class TestCheck:
    def test_several_at_once(self) -> None:
        done = asciivae("plugins", "check", "l1", "analytic")
        assert done.exit_code == 0
        assert [line.split(" of ")[0] for line in done.stdout.splitlines()] == ["loss l1", "renderer analytic"]

    def test_options_and_every_promise(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reduction=sum", "--verbose")
        assert done.exit_code == 0
        promise = "The terms of a batch are those of its halves, unless it states `couples_pieces`."
        assert f"batch-independence\tkept\t{promise}\n" in done.stdout

    def test_an_option_that_couples_the_pieces_of_a_batch(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reduction=batch-sum", "--verbose")
        assert done.exit_code == 0, done.stdout
        assert "batch-independence\tkept\t" in done.stdout

    def test_options_that_are_wrong(self) -> None:
        done = asciivae("plugins", "check", "l1", "--set", "reductoin=sum", "--json")
        assert done.exit_code == 1
        (checked,) = json.loads(done.stdout)["checked"]
        assert checked["outcomes"][0]["state"] == "broken"
        assert "reductoin" in checked["outcomes"][0]["reason"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "error: name plugins, or use --all\n"),
            (["l1", "--all"], "error: name plugins, or use --all\n"),
            (["l1", "--set", "window"], "error: --set #1: 'window' is not of the form NAME=VALUE\n"),
        ],
    )
    def test_invalid_usage(self, arguments: list[str], message: str) -> None:
        done = asciivae("plugins", "check", *arguments)
        assert done.exit_code == 2
        assert done.stderr.startswith(message)
