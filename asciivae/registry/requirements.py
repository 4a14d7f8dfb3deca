"""pip requirements against what is installed; `packaging` is imported only when one is checked."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

from asciivae import __version__
from asciivae.errors import PluginError

if TYPE_CHECKING:
    from packaging.requirements import Requirement

OURS = "asciivae"


def normalised(distribution: str) -> str:
    """The name of a distribution as pip compares it."""
    return re.sub(r"[-_.]+", "-", distribution.strip()).lower()


def check_requirement(requirement: str) -> None:
    """Check a pip requirement such as `asciivae-ssim>=0.1` against the installed distributions.

    Only release numbers are compared: 0.2.dev3 and 0.2rc1 count as 0.2. Versions of requirements with a URL or an
    environment marker are not checked.

    Raises:
        PluginError: the requirement is invalid or not met.
    """
    wanted = parsed(requirement)
    if wanted is None:
        raise PluginError(f"{requirement!r} is not a pip requirement", hint="write one like asciivae-ssim>=0.1")
    project = normalised(wanted.name)
    try:
        version = __version__ if project == OURS else metadata.version(project)
    except metadata.PackageNotFoundError as error:
        raise PluginError(f"{project} is not installed", hint=f"pip install {requirement!r}") from error
    if not accepts(wanted, version):
        raise PluginError(
            f"{requirement} is required, and {project} {version} is installed", hint=f"pip install {requirement!r}"
        )


def parsed(requirement: str) -> Requirement | None:
    """A requirement, or None if it is not one."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        return Requirement(requirement)
    except InvalidRequirement:
        return None


def accepts(wanted: Requirement, version: str) -> bool:
    """Whether a version meets a requirement; see `check_requirement`."""
    from packaging.specifiers import Specifier
    from packaging.version import InvalidVersion, Version

    if wanted.url or wanted.marker:
        return True
    try:
        release = Version(version).base_version
    except InvalidVersion:
        return not wanted.specifier
    return all(Specifier(clause.operator + _release(clause.version)).contains(release) for clause in wanted.specifier)


def _release(version: str) -> str:
    from packaging.version import Version

    return version if version.endswith(".*") else Version(version).base_version
