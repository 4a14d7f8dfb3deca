"""`asciivae plugins install | uninstall`: pip, for the Python environment that asciivae runs in."""

from __future__ import annotations

import importlib
import importlib.util
import subprocess
import sys
from typing import Annotated

import typer

from asciivae import registry
from asciivae.cli.output import reported, result, say
from asciivae.errors import PluginError, UsageError


@reported
def install(
    packages: Annotated[list[str], typer.Argument(metavar="PACKAGE…", help="pip requirements, wheels or folders.")],
    editable: Annotated[
        bool, typer.Option("--editable", "-e", help="Install folders so that edits take effect.")
    ] = False,
    upgrade: Annotated[bool, typer.Option("--upgrade", "-U", help="Upgrade packages that are installed.")] = False,
) -> None:
    """Install packages of plugins with pip, into the environment of asciivae, and list what they add."""
    for package in packages:
        if package.startswith("-"):
            raise UsageError("is not a package", place=package, hint="pip's other options: python -m pip install …")
    before = set(_entries())
    _pip("install", *(["--upgrade"] if upgrade else []), *(["--editable"] * editable + [p] for p in packages))
    added = [entry for entry in _entries() if entry not in before]
    for entry in added:
        result(f"{entry.kind} {entry.name} of {entry.origin}" + (f": {entry.reason}" if entry.reason else ""))
    if not added:
        say("no plugin was added; asciivae plugins list shows those that are installed")


@reported
def uninstall(
    names: Annotated[list[str], typer.Argument(metavar="NAME…", help="Packages, or plugins of theirs.")],
) -> None:
    """Uninstall packages of plugins with pip; recipes that use them then say what is missing."""
    packages = dict.fromkeys(_package_of(name) for name in names)
    _pip("uninstall", "--yes", list(packages))
    for package in packages:
        result(package)


def _package_of(name: str) -> str:
    """The package of a plugin, or the one of this name.

    Raises:
        PluginError: there is none, there are several, or it is asciivae.
    """
    known = [entry for entry in _entries() if name in (entry.name, entry.qualified, entry.distribution)]
    found = sorted({entry.distribution for entry in known} - {registry.OURS})
    if len(found) == 1:
        return found[0]
    if found:
        raise PluginError(f"{name!r} is in {' and '.join(found)}", hint=f"asciivae plugins uninstall {found[0]}")
    if known:
        raise PluginError(f"{name!r} is asciivae's own", hint="asciivae plugins list")
    raise PluginError(f"no installed package has a plugin {name!r}", hint="asciivae plugins list")


def _entries() -> list[registry.Entry]:
    importlib.invalidate_caches()
    return [entry for kind in registry.KINDS for entry in registry.entries(kind)]


def _pip(command: str, *arguments: str | list[str]) -> None:
    """Run pip of this Python; its output goes to stderr.

    Raises:
        PluginError: this Python has no pip, or pip failed.
    """
    words = [word for part in arguments for word in ([part] if isinstance(part, str) else part)]
    if importlib.util.find_spec("pip") is None:
        raise PluginError(
            f"this Python has no pip ({sys.executable})",
            hint=f"python -m ensurepip; or: uv pip {command} {' '.join(words)}",
        )
    line = [sys.executable, "-m", "pip", command, "--disable-pip-version-check", *words]
    done = subprocess.run(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    say(done.stdout.rstrip())
    if done.returncode:
        last = next((text for text in reversed(done.stdout.splitlines()) if text.startswith("ERROR")), "see above")
        raise PluginError(
            f"pip {command} failed: {last.removeprefix('ERROR: ')}", hint="check the name and the network"
        )
