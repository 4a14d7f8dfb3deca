"""Cow files: the part of Perl that assigns `$the_cow`, evaluated as Perl does, without running anything.

Known are here-documents (`<<EOC`, `<<"EOC"`, `<<'EOC'`, `<<~EOC`), quoted strings (`"…"`, `'…'`, `q{…}`, `qq{…}`),
escapes, and assignments to variables that cowsay's own files use: `$x = "…"`, `.=`, `chop($eyes)`, `$x x 2`. A drawing
that depends on anything else is refused. See perldoc perlop, "Quote and Quote-like Operators", and cowsay(6).
"""

from __future__ import annotations

import re
from typing import NoReturn

GIVEN = {"eyes": "oo", "tongue": "  ", "thoughts": "\\"}
"""What cowsay assigns before it reads a file."""
MAX_LENGTH = 1 << 20

_SKIPPED = re.compile(r"(?:\s+|#[^\n]*|^=[a-z][\s\S]*?^=cut[^\n]*|[;{}])+", re.MULTILINE)
_ASSIGNED = re.compile(r"(?:(?:my|our|local)\s+)?\$(?:main::|::)?(\w+)\s*(\.?=)(?![=~])")
_HERE = re.compile(r"""<<(?P<tilde>~?)(?:\s*"(?P<double>[^"\n]*)"|\s*'(?P<single>[^'\n]*)'|(?P<bare>[A-Za-z_]\w*))""")
_QUOTED = re.compile(r"""(?P<kind>qq?)(?:\s*(?P<mark>[^\w\s#])|\s+(?P<word>\w))|(?P<plain>["'])""")
_CHOPPED = re.compile(r"chop\s*(?:\(\s*\$(\w+)\s*\)|\s\$(\w+))")
_NAME = r"(?:::|')?[A-Za-z_]\w*(?:(?:::|')[A-Za-z_]\w*)*(?:::)?"  # an apostrophe is an old `::`
_VARIABLE = re.compile(rf"\$\s*(?:\{{\s*(?P<braced>(?:main::|::)?\w+)\s*\}}|(?P<bare>{_NAME}))")
_ARRAY = re.compile(rf"@(?:{_NAME}|[0-9]+|::|[:'+-])")
_ELEMENT = re.compile(r"\[[-$\w]+\]|\{[-$\w]+\}|->[\[{]")
_NUMBER = re.compile(r"[0-9]+")
_PAIRS = {"{": "}", "(": ")", "[": "]", "<": ">"}
_ENDED = re.compile(r"[ \t]*(?:;|\}|#|\n|$)")
_UNLESS = re.compile(r"[ \t]*(unless|if)\s*\(?\s*\$(\w+)\s*\)?[ \t]*(?=;|\n|$)")
_ESCAPE = re.compile(
    r"\\(?:x\{\s*(?P<hex>[0-9A-Fa-f_]*)\s*\}|x(?P<hex2>[0-9A-Fa-f]{0,2})|N\{U\+(?P<name>[0-9A-Fa-f]+)\}"
    r"|o\{(?P<octal>[0-7]+)\}|(?P<octal3>[0-7]{1,3})|c(?P<control>.)|(?P<one>[\s\S]))"
)
_ONES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "b": "\b", "a": "\a", "e": "\x1b"}
_CASES = frozenset("luLUEQF")


class CowError(ValueError):
    """A cow file that draws nothing, or whose drawing depends on Perl that is not understood."""


def drawing_of(text: str) -> str:
    """What `$the_cow` holds at the end of a cow file.

    Raises:
        CowError: nothing is assigned to it, or something that is not understood.
    """
    try:
        return _Perl(text.replace("\r\n", "\n")).cow()
    except RecursionError:
        raise CowError("its parentheses are nested too deeply") from None


class _Perl:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.values: dict[str, str | None] = dict(GIVEN)  # None: not understood

    def cow(self) -> str:
        reason = ""
        while True:
            self._take(_SKIPPED)
            if self.at >= len(self.text) or self.text.startswith(("__END__", "__DATA__"), self.at):
                break
            assigned = self._take(_ASSIGNED)
            if assigned is None:
                self._skip_statement()
                continue
            name, how = assigned[1], assigned[2]
            try:
                value = self._expression()
                if not self._is_wanted():
                    continue
                before = self.values.get(name, "") if how == ".=" else ""
                if before is None:
                    self._fail(f"the variable ${name}, whose value is unknown")
                self.values[name] = before + value
            except CowError as error:
                self.values[name] = None
                reason = str(error) if name == "the_cow" else reason
                self._skip_statement()
        if "the_cow" not in self.values:
            raise CowError("nothing is assigned to $the_cow")
        found = self.values["the_cow"]
        if found is None:
            raise CowError(reason)
        return found

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _skip_statement(self) -> None:
        """Go on behind the next semicolon or line; here-documents that begin before it are taken out."""
        while self.at < len(self.text) and self.text[self.at] not in ";\n":
            if here := self._take(_HERE):
                self._here_document(here)
            elif self.text[self.at] in "\"'":
                quote = self.text[self.at]
                end = re.compile(rf"(?:\\.|[^{quote}\\\n])*{quote}").match(self.text, self.at + 1)
                self.at = end.end() if end else self.at + 1
            else:
                self.at += 1
        self.at += 1

    def _is_wanted(self) -> bool:
        """Read the end of an assignment; whether its condition, if there is one, holds."""
        condition = self._take(_UNLESS)
        if condition is None:
            if _ENDED.match(self.text, self.at) is None:
                self._fail("an expression")
            return True
        value = self.values.get(condition[2], "")
        if value is None:
            self._fail("a condition")
        return (value not in ("", "0")) == (condition[1] == "if")

    def _expression(self) -> str:
        value = self._term()
        while True:
            self._take(re.compile(r"[ \t]*"))
            ahead = self.text[self.at : self.at + 80]
            if re.match(r"\n?\s*\.(?![=.0-9])", ahead):
                self._take(re.compile(r"\s*\."))
                value += self._term()
            elif re.match(r"x\s*[0-9]", ahead):
                self.at += 1
                self._take(re.compile(r"\s*"))
                count = self._take(_NUMBER)
                times = int(count[0][:12]) if count else 0
                self._check_length(len(value) * times)
                value *= times
            else:
                return value
            self._check_length(len(value))

    def _check_length(self, length: int) -> None:
        if length > MAX_LENGTH:
            self._fail("a text of more than 1 MiB")

    def _term(self) -> str:
        self._take(re.compile(r"\s*"))
        if here := self._take(_HERE):
            return self._here_document(here)
        if chopped := self._take(_CHOPPED):
            name = chopped[1] or chopped[2]
            value = self._value(name)
            self.values[name] = value[:-1]
            return value[-1:]
        if variable := self._take(_VARIABLE):
            return self._value(_plain(variable))
        if number := self._take(_NUMBER):
            return number[0]
        if self.text.startswith("(", self.at):
            self.at += 1
            value = self._expression()
            if self._take(re.compile(r"\s*\)")) is None:
                self._fail("an expression")
            return value
        if quoted := self._take(_QUOTED):
            return self._string(quoted)
        self._fail("an expression")

    def _string(self, quoted: re.Match[str]) -> str:
        opening = quoted["plain"] or quoted["mark"] or quoted["word"]
        closing, depth, begin = _PAIRS.get(opening, opening), 1, self.at
        while self.at < len(self.text):
            letter = self.text[self.at]
            if letter == "\\":
                self.at += 1
            elif letter == closing:
                depth -= 1
            elif letter == opening:
                depth += 1
            self.at += 1
            if not depth:
                body = self.text[begin : self.at - 1]
                if opening == "'" or quoted["kind"] == "q":
                    ends = re.escape(opening) + re.escape(closing)
                    return re.sub(rf"\\([\\{ends}])", r"\1", body)
                return self._interpolated(body)
        self._fail("a string that does not end")

    def _here_document(self, here: re.Match[str]) -> str:
        tag = next(tag for tag in (here["double"], here["single"], here["bare"]) if tag is not None)
        begin = self.text.find("\n", self.at) + 1
        indent = r"[ \t]*" if here["tilde"] else ""
        end = (
            re.compile(rf"^{indent}{re.escape(tag)}[ \t]*(?:\n|\Z)", re.MULTILINE).search(self.text, begin)
            if begin
            else None
        )
        if end is None:
            self._fail(f"a here-document that does not end with {tag}")
        body = self.text[begin : end.start()]
        self.text = self.text[:begin] + self.text[end.end() :]
        if here["tilde"]:
            lines = body.split("\n")
            common = min((len(line) - len(line.lstrip(" \t")) for line in lines if line.strip()), default=0)
            body = "\n".join(line[common:] for line in lines)
        return body if here["single"] is not None else self._interpolated(body)

    def _interpolated(self, body: str) -> str:
        made, at = [], 0
        while at < len(body):
            letter = body[at]
            if letter == "\\" and (escape := _ESCAPE.match(body, at)):
                made.append(_escaped(escape))
                at = escape.end()
            elif letter == "$" and (variable := _VARIABLE.match(body, at)):
                made.append(self._value(_plain(variable)))
                at = variable.end()
                if _ELEMENT.match(body, at):
                    self._fail("an element of an array or hash")
            elif letter == "$":
                self._fail(f"the special variable ${body[at + 1 :].lstrip()[:1]}")
            elif letter == "@" and (array := _ARRAY.match(body, at)):
                at = array.end()  # an array that nothing was assigned to
                if _ELEMENT.match(body, at):
                    self._fail("an element of an array or hash")
            elif letter == "@" and body[at + 1 : at + 2] in ("{", "$"):
                self._fail("an array")
            else:
                made.append(letter)
                at += 1
        return "".join(made)

    def _value(self, name: str) -> str:
        value = self.values.get(name, "")
        if value is None:
            self._fail(f"the variable ${name}, whose value is unknown")
        return value

    def _fail(self, what: str) -> NoReturn:
        raise CowError(f"its drawing depends on {what}")


def _plain(variable: re.Match[str]) -> str:
    """The name of a variable, without its package if that is `main`."""
    name = (variable["braced"] or variable["bare"]).replace("'", "::")
    return name.removeprefix("main::").removeprefix("::")


def _escaped(escape: re.Match[str]) -> str:
    if (
        digits := next((escape[name] for name in ("hex", "hex2", "name") if escape[name] is not None), None)
    ) is not None:
        return _character(int(digits.replace("_", "") or "0", 16))
    if (digits := escape["octal"] or escape["octal3"]) is not None:
        return _character(int(digits, 8))
    if escape["control"] is not None:
        return _character(ord(escape["control"].upper()) ^ 64)
    one = escape["one"]
    if one in _CASES:
        return ""  # changes of case, of which drawings have no need
    return _ONES.get(one, one)


def _character(code: int) -> str:
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise CowError("it names a character that does not exist")
    return chr(code)
