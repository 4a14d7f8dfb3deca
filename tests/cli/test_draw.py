import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tracers import CAT, TINY, encoded, house, line_picture, taught_tracer
from typer.testing import CliRunner, Result

from asciivae.cli import app
from asciivae.experiment.bundled import bundled_file
from asciivae.files.atomic import write_tensors
from asciivae.files.weights import TRACER_FORMAT
from asciivae.text.art import to_text

Run = Callable[..., Result]


@pytest.fixture(scope="session")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights file of the tracer that knows the cat."""
    from asciivae.experiment.api import load_recipe
    from asciivae.recipe.export import dump_yaml

    sizes = {f"network.{name}": getattr(TINY, name) for name in ("channels", "stem", "embedding")}
    recipe = load_recipe("tracer", set={**sizes, "network.dilations": list(TINY.dilations)})
    header = {
        "format": TRACER_FORMAT,
        "asciivae": "0",
        "name": "tiny",
        "step": "7",
        "recipe": dump_yaml(recipe.resolved()),
    }
    file = tmp_path_factory.mktemp("weights") / "tracer.safetensors"
    write_tensors(file, {**taught_tracer().state_dict(), "glyphs": recipe.recipe.glyphs.atlas()}, header)
    return file


@pytest.fixture
def draw(weights: Path) -> Run:
    def run(*arguments: object, **options: object) -> Result:
        return CliRunner().invoke(app, ["draw", "--model", str(weights), *map(str, arguments)], **options)  # type: ignore[arg-type]

    return run


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    file = tmp_path / "cat.png"
    Image.fromarray(line_picture(CAT)).save(file)
    return file


def test_a_line_picture_is_traced_cell_for_cell(draw: Run, cat: Path) -> None:
    result = draw(cat, "--width", CAT.shape[1], "--lines", "given")

    assert result.exit_code == 0, result.output
    assert result.stdout == to_text(CAT)
    assert f"{cat}: given (as asked), 9 × 5 characters" in result.stderr


def test_auto_says_what_it_took_the_picture_for(draw: Run, tmp_path: Path) -> None:
    (tmp_path / "house.png").write_bytes(encoded(house()))

    result = draw(tmp_path / "house.png", "--width", 30)

    assert "strokes (" in result.stderr
    assert "paper of one tone" in result.stderr
    assert len(result.stdout.splitlines()) <= 15


def test_json_is_one_document(draw: Run, cat: Path) -> None:
    document = json.loads(draw(cat, "--width", 9, "--lines", "given", "--json").stdout)

    (picture,) = document["pictures"]
    assert document["model"]["name"] == "tiny"
    assert document["model"]["step"] == 7
    assert picture["text"] == to_text(CAT)
    assert picture["size"] == {"width": 54, "height": 60}
    assert (picture["columns"], picture["rows"]) == (9, 5)
    assert 0.0 <= picture["shape"] < 0.2


def test_text_and_png_are_written(draw: Run, cat: Path, tmp_path: Path) -> None:
    out, png = tmp_path / "cat.txt", tmp_path / "drawn.png"

    result = draw(cat, "--width", 9, "--lines", "given", "--out", out, "--png", png)

    assert result.stdout == f"{out}\n"
    assert out.read_text() == to_text(CAT)
    with Image.open(png) as image:
        assert image.width == 9 * 14 + 28


def test_a_folder_is_drawn_and_what_cannot_be_read_is_told(draw: Run, cat: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"no picture")
    (tmp_path / "notes.txt").write_text("not looked at")
    out = tmp_path / "drawn"
    out.mkdir()

    result = draw(tmp_path, "--width", 9, "--lines", "given", "--out", out)

    assert result.exit_code == 1
    assert "broken.png: this is not a picture" in result.stderr
    assert (out / "cat.txt").read_text() == to_text(CAT)


@pytest.mark.parametrize(
    ("pictures", "out"),
    [(["one"], "drawn"), (["one"], "made/drawn/"), (["one/cat.png", "dog.png"], "drawn"), (["one/cat.png"], "drawn/")],
)
def test_the_folder_for_pages_is_created(
    draw: Run, cat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pictures: list[str], out: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("one").mkdir()
    shutil.copy(cat, "one/cat.png")
    shutil.copy(cat, "dog.png")

    result = draw(*pictures, "--width", 9, "--lines", "given", "--out", out)

    assert result.exit_code == 0, result.output
    assert [Path(line) for line in result.stdout.splitlines()] == sorted(Path(out).iterdir())
    assert (Path(out) / "cat.txt").read_text() == to_text(CAT)


def test_standard_input(weights: Path, cat: Path) -> None:
    arguments = ["draw", "-", "--model", str(weights), "--width", "9", "--lines", "given"]

    result = CliRunner().invoke(app, arguments, input=cat.read_bytes())

    assert result.stdout == to_text(CAT)


def test_the_default_width_fits_the_terminal(draw: Run, cat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns, expected in ((20, 20), (200, 64)):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert json.loads(draw(cat, "--json").stdout)["pictures"][0]["columns"] == expected


@pytest.mark.parametrize("style", ["line", "shade"])
def test_every_option_together(draw: Run, cat: Path, style: str) -> None:
    options = ["--invert", "--lines", "edges", "--detail", "1", "--style", style, "--fit", "--no-search", "--seed", "3"]

    first, second = (draw(cat, "--height", 8, *options) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    assert len(first.stdout.splitlines()) <= 8


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.png"], "missing.png: there is no such file"),
        (["{cat}", "{cat}", "--png", "x.png"], "--png: takes one picture"),
        (["{cat}", "{cat}", "--out", "{folder}"], "cat.txt: two pictures would be written here"),
        (["{cat}", "{other}", "--out", "{cat}"], "is a file, and several pictures are drawn"),
        (["{folder}/one", "--out", "{cat}"], "is a file, and a folder is drawn"),
        (["{cat}", "--out", "{cat}/"], "is a file, and ends with /"),
        (["{cat}", "{other}", "--out", "{cat}/below"], "below/cat.txt: cannot be written"),
        (["{cat}", "--out", "{cat}"], "cat.png"),
        (["{cat}", "--png", "{cat}"], "cat.png"),
        (["{cat}", "--out", "{folder}/no/such/x.txt"], "x.txt"),
        (["{empty}"], "holds no pictures"),
        (["{cat}", "--width", "1000"], "512"),
        (["{cat}", "--model", "nothing.safetensors"], "nothing.safetensors: does not exist"),
        (["{cat}", "--model", "{cat}"], "cannot be read as a weights file"),
        (["{blank}"], "no line was found"),
        (["{tall}"], "the page would have"),
    ],
)
def test_what_cannot_be_is_one_clear_error(
    draw: Run, cat: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "one").mkdir()
    shutil.copy(cat, tmp_path / "one" / "cat.png")
    Image.new("L", (30, 30), 255).save(tmp_path / "blank.png")
    Image.new("L", (1, 4000), 255).save(tmp_path / "tall.png")
    Image.fromarray(line_picture(CAT)).save(tmp_path / "other.png")
    names = {name: tmp_path / f"{name}.png" for name in ("blank", "tall", "other")}
    given = [one.format(cat=cat, folder=tmp_path, empty=tmp_path / "empty", **names) for one in arguments]

    result = draw(*given)

    assert result.exit_code != 0
    assert result.stdout == ""
    assert message in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_an_uninvited_end_of_a_picture_is_no_traceback(draw: Run, cat: Path) -> None:
    cat.write_bytes(cat.read_bytes()[:200])

    result = draw(cat)

    assert result.exit_code == 1
    assert "cat.png: the picture is damaged" in result.stderr


def test_reading_pictures_does_not_import_torch() -> None:
    import subprocess

    code = "import sys; import asciivae.drawing.picture, asciivae.cli; assert not {'torch', 'PIL'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_run_of_a_tracer_draws_resumes_and_is_evaluated(tmp_path: Path, cat: Path) -> None:
    sets = ["train.steps=2", "train.batch=2", "data.limit=12", "network.channels=8", "network.stem=8", "every.log=1"]
    given = [argument for one in [*sets, "every.checkpoint=1", "evaluation.pieces=20"] for argument in ("--set", one)]
    run = tmp_path / "run"

    trained = CliRunner().invoke(app, ["train", "--recipe", "tracer", *given, "--out", str(run)])
    resumed = CliRunner().invoke(app, ["train", "--resume", str(run), "--set", "train.steps=3"])
    drawn = CliRunner().invoke(app, ["draw", "--model", str(run), str(cat), "--width", "9", "--style", "shade"])
    evaluated = CliRunner().invoke(app, ["evaluate", str(run), "--limit", "2", "--json"])

    assert trained.exit_code == 0, trained.output
    assert "asciivae draw --model" in trained.stderr
    assert resumed.exit_code == 0, resumed.output
    assert drawn.exit_code == 0, drawn.output
    (scores,) = json.loads(evaluated.stdout)["tracers"]
    assert scores["step"] == 3
    assert scores["pieces"] == 2
    assert scores["nats_per_ink"] > 0


def test_a_tracer_is_not_evaluated_beside_a_model(weights: Path) -> None:
    result = CliRunner().invoke(app, ["evaluate", str(weights), "bundled"])

    assert result.exit_code == 2
    assert "is not a tracer, as others are" in result.stderr


def test_the_bundled_tracer_draws_without_torch(cat: Path, tmp_path: Path) -> None:
    code = (
        "import sys\nfrom asciivae.cli import main\n"
        f"sys.argv = ['asciivae', 'draw', {str(cat)!r}, '--width', '9', '--png', {str(tmp_path / 'drawn.png')!r}]\n"
        "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "heavy = ['torch', 'scipy', 'skimage', 'matplotlib']\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr.splitlines()[-1] == "[]"
    assert "(" in done.stdout


@pytest.mark.parametrize("name", ["house", "cat"])
def test_the_bundled_tracer_draws_the_same_in_both_engines(name: str, cat: Path, tmp_path: Path) -> None:
    file = cat
    if name == "house":
        house().save(file := tmp_path / "house.png")
    arguments = ["draw", str(file), "--width", "30", "--json"]

    fast = CliRunner().invoke(app, arguments)
    slow = CliRunner().invoke(app, [*arguments, "--model", str(bundled_file("tracer"))])

    assert fast.exit_code == 0, fast.stderr
    documents = [json.loads(done.stdout) for done in (fast, slow)]
    assert documents[0]["model"] == documents[1]["model"]
    one, other = (document["pictures"][0] for document in documents)
    assert one["text"] == other["text"]
    assert one["shape"] == pytest.approx(other["shape"], abs=1e-5)


def test_an_exported_tracer_draws(draw: Run, weights: Path, cat: Path, tmp_path: Path) -> None:
    graph = tmp_path / "mine.onnx"

    exported = CliRunner().invoke(app, ["export", str(weights), str(graph)])
    drawn = CliRunner().invoke(app, ["draw", str(cat), "--width", "9", "--model", str(graph)])

    assert exported.exit_code == 0, exported.stderr
    assert "asciivae draw PICTURE --model" in exported.stderr
    assert drawn.stdout == draw(cat, "--width", "9").stdout


def test_what_is_no_graph_of_a_tracer_is_one_clear_error(cat: Path, tmp_path: Path) -> None:
    (graph := tmp_path / "mine.onnx").write_bytes(b"PK\x03\x04 not a graph")

    done = CliRunner().invoke(app, ["draw", str(cat), "--model", str(graph)])

    assert done.exit_code == 1
    assert "mine.onnx: cannot be read as an ONNX graph" in done.stderr
    assert "asciivae export RUN model.onnx" in done.stderr


def test_a_graph_has_no_half_precision(weights: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["export", str(weights), str(tmp_path / "mine.onnx"), "--half"])

    assert done.exit_code == 2
    assert "--half: cannot be combined with an .onnx file" in done.stderr


def test_from_python(weights: Path, cat: Path) -> None:
    import asciivae

    given = {"width": 9, "lines": "given", "model": weights}
    with Image.open(cat) as image:
        array = np.asarray(image)

    assert asciivae.draw(cat, **given) == to_text(CAT)
    assert asciivae.draw(str(cat), **given) == to_text(CAT)
    assert asciivae.draw(cat.read_bytes(), **given) == to_text(CAT)
    assert asciivae.draw(Image.open(io.BytesIO(cat.read_bytes())), **given) == to_text(CAT)
    assert np.array_equal(asciivae.draw(array, form="array", **given), CAT)
