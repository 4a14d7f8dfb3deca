"""Links of pages, and the text of preformatted elements as browsers lay it out."""

import pytest

from asciivae.scrape.html import art_of, links, parse


def test_the_base_of_a_page_is_obeyed() -> None:
    page = parse("<html><head><base href='/art/'></head><a href='a.txt'>a</a><a href='//b.example/b'>b</a>")
    assert list(links(page, "http://x.example/index/")) == [
        ("http://x.example/art/a.txt", "a"),
        ("http://b.example/b", "b"),
    ]
    broken = parse("<html><head><base href='http://['></head><a href='a.txt'>a</a>")
    assert list(links(broken, "http://x.example/")) == [("http://x.example/a.txt", "a")]


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("\na\n<ul><li>b</li><li>c</li></ul>d\n", "a\nb\nc\nd\n"),
        ("a<ol><li>x<li>y</ol>z", "a\nx\ny\nz"),
        ("a<table><tr><td>1</td></tr><tr><td>2</table>b", "a\n1\n2\nb"),
        ("a<dl><dt>t<dd>d</dl>e", "a\nt\nd\ne"),
        ("a<form><input>b</form>c", "a\nb\nc"),
        ("a<li>b", "a\nb"),
        ("a<dd>b", "a\nb"),
        ("a<h1>b</h1>c<hr>d<blockquote>e</blockquote>f", "a\nb\nc\nd\ne\nf"),
        ("a<b>b</b><A HREF=x>c</A><font color=red>d</font>", "abcd"),
        ("a<br>b<br/>c<p>d<p>e", "a\nb\nc\nd\ne"),
        ("a<pre>b</pre>c", "a\nb\nc"),
        ("a<script>b</script><style>c</style><button>d</button><textarea>e</textarea><template>f</template>", "a"),
        ("a<!-- <pre> -->b&lt;pre&gt;", "ab<pre>"),
        ("a<menu><li>b</menu>c<dir><li>d</dir>e", "a\nb\nc\nd\ne"),
        ("a<fieldset><legend>b</legend>c</fieldset>d", "a\nb\nc\nd"),
    ],
)
def test_what_stands_in_a_pre_belongs_to_it(inner: str, text: str) -> None:
    for page in (f"<pre>{inner}</pre>z", f"<table><td><p><PRE class='x'>{inner}</PRE>z"):
        elements = parse(page).css("pre")
        assert art_of(elements[0]) == text
        assert [art_of(other) for other in elements[1:]] == [""] * (len(elements) - 1)
