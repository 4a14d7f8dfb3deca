"""Cow files are read as Perl reads them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from asciivae.scrape.cow import CowError, drawing_of

FORMS = [
    "$the_cow = <<EOC;\n $thoughts\n ($eyes)$tongue|\nEOC\n",
    "$the_cow = <<EOC\n moo\nEOC\n;",
    '$the_cow = <<"END-OF-COW";\n moo\nEND-OF-COW\n',
    '$the_cow = << "A B";\n moo\nA B\n',
    "$the_cow = <<'X';\n \\_$eyes_/ \\\\ \\@\nX\n",
    "$the_cow = <<~EOC;\n    moo\n      moo\n    EOC\n",
    '$the_cow = "a\nb $eyes";',
    "$the_cow = 'a $eyes \\\\ \\' b';",
    "$the_cow = q{a {b} $eyes};",
    "$the_cow = qq(a (b) ${eyes} \\));",
    "$the_cow = q|a|;\n",
    "##\n## A cow\n##\n$eye = chop($eyes);\n$the_cow = <<EOC;\n$eye$eyes\nEOC\n",
    "$extra = chop($eyes);\n$eyes .= ($extra x 2);\n$the_cow = <<EOC;\n($eyes)\nEOC\n",
    '$eyes = ".." unless ($eyes);\n$the_cow = <<EOC;\n($eyes)\nEOC\n',
    '$eyes = "^^" if $eyes;\n$the_cow = <<EOC;\n($eyes)\nEOC\n',
    '$the_cow = "a";\n$the_cow .= "b" . "c";',
    '$the_cow = "a" .\n "b";',
    "$the_cow = <<A . <<B;\n1\nA\n2\nB\n",
    "$nose = 'v';\n$the_cow = <<EOC;\n${nose} $nose\\$x \\@ @none x@ y\nEOC\n",
    '$the_cow = "\\t|\\x41\\x{42}\\103\\o{104}\\N{U+45}\\e[0m\\q";',
    "$the_cow = <<EOC;\r\n moo\r\nEOC\r\n",
    "if (1) {\n  $the_cow = <<EOC;\n moo\nEOC\n}\n1;\n",
    "$the_cow = <<EOC;\n moo\nEOC\n__END__\n$the_cow = 1;",
    "$the_cow = <<E;\n@9$thoughts @-x @+ @' @:y @_a @m'n @ @. $eyes'z $eyes' $x::y:\nE\n",
    "$the_cow = <<E;\n$main::eyes $\n  eyes $ tongue|\nE\n",
    "=pod\n\n$the_cow = 1;\n\n=cut\n\n$the_cow = 2;",
]
PERL = r"""no strict; no warnings; our ($eyes, $tongue, $thoughts) = ("oo", "  ", "\\");
do shift; binmode STDOUT, ":utf8"; print $main::the_cow;"""


@pytest.mark.skipif(shutil.which("perl") is None, reason="needs perl")
@pytest.mark.parametrize("text", FORMS)
def test_perl_agrees(text: str, tmp_path: Path) -> None:
    file = tmp_path / "a.cow"
    file.write_text(text.replace("\r\n", "\n"))
    done = subprocess.run(["perl", "-e", PERL, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout
    assert drawing_of(text) == done.stdout


def test_default_eyes_and_thoughts() -> None:
    assert drawing_of(FORMS[0]) == " \\\n (oo)  |\n"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "nothing is assigned to $the_cow"),
        ("print 'moo'", "nothing is assigned to $the_cow"),
        ("$the_cow = <<EOC;\n moo\n", "a here-document that does not end with EOC"),
        ("$the_cow = 'moo", "a string that does not end"),
        ("$the_cow = moo();", "an expression"),
        ('$x = moo();\n$the_cow = "$x";', "the variable $x, whose value is unknown"),
        ('$the_cow = "$$";', "the special variable $$"),
        ("$the_cow = <<E;\n|$\n  .|\nE\n", "the special variable $."),
        ('$the_cow = "$";', "the special variable $"),
        ('$the_cow = "@x[0]";', "an element of an array or hash"),
        ('$the_cow = "$x[0]";', "an element of an array or hash"),
        ('$the_cow = "@{[1]}";', "an array"),
        ('$the_cow = "\\x{110000}";', "a character that does not exist"),
        ("$the_cow = 'x' x 99999 x 99999;", "more than 1 MiB"),
        ("$the_cow = 'x' x 1048577;", "more than 1 MiB"),
        ("$the_cow = " + "(" * 9999 + ";", "nested too deeply"),
        ("$the_cow = 'x' x 3 if moo();", "an expression"),
    ],
)
def test_what_is_not_understood_is_refused(text: str, reason: str) -> None:
    with pytest.raises(CowError) as caught:
        drawing_of(text)
    assert reason in str(caught.value)
