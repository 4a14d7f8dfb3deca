"""Entry points of packages that do harm: when they are imported, made, called, or only by their metadata."""

from __future__ import annotations

from plugin_site import Site

from asciivae.registry import KINDS

HEAD = """
import atexit, builtins, gc, json, os, random, signal, subprocess, sys, threading, time, warnings
from dataclasses import dataclass
from pathlib import Path
"""
CLASS = """

@dataclass(frozen=True)
class Config:
    window: int = 7


class Thing:
    "A thing."
    contract = 1
    Config = Config
    needs = frozenset()
    files = ("*.txt",)
    cell, differentiable, linear, digest, higher_is_better = (18, 9), True, True, "x", None

    def __init__(self, *arguments):
        AT_INIT

    def __call__(self, *arguments, **more):
        AT_CALL

    def start(self):
        AT_CALL

    def read(self, page):
        AT_CALL
"""
DEEDS = (
    "raise ImportError('x')",
    "raise SystemExit(5)",
    "sys.exit('leaving')",
    "raise KeyboardInterrupt",
    "raise GeneratorExit",
    "raise type('Mine', (BaseException,), {})('x')",
    "raise type('Mine', (Exception,), {'__str__': lambda self: 1 / 0})()",
    "os._exit(9)",
    "os.abort()",
    "os.kill(os.getpid(), signal.SIGKILL)",
    "os.kill(os.getpid(), signal.SIGINT)",
    "time.sleep(10_000)",
    "exec('while True: pass')",
    "print('out'); print('err', file=sys.stderr)",
    "os.write(1, b'written')",
    "subprocess.run(['echo', 'a child'])",
    "os.close(1)",
    "os.close(2)",
    "os.dup2(os.open(os.devnull, os.O_WRONLY), 1)",
    "setattr(sys, 'stdout', None)",
    "setattr(sys, 'stderr', None)",
    "import torch; torch.set_default_dtype(torch.float64)",
    "import torch; torch.set_num_threads(7)",
    "import torch; torch.use_deterministic_algorithms(True)",
    "import torch; torch.set_grad_enabled(False)",
    "import torch; torch.manual_seed(1)",
    "random.seed(1)",
    "os.chdir('/')",
    "os.umask(0o777)",
    "signal.signal(signal.SIGINT, signal.SIG_IGN)",
    "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "atexit.register(os._exit, 3)",
    "atexit.register(time.sleep, 10_000)",
    "threading.Thread(target=time.sleep, args=[10_000]).start()",
    "os.fork() or time.sleep(10_000)",
    "os.environ.update(ASCIIVAE_DEBUG='1', ASCIIVAE_PLUGINS='')",
    "warnings.simplefilter('error')",
    "setattr(builtins, 'open', None)",
    "setattr(json, 'dumps', None)",
    "sys.path.clear()",
    "sys.modules.update({'asciivae.errors': None})",
    "sys.setrecursionlimit(60)",
    "gc.disable()",
    "bytearray(1 << 50)",
    "exec('f = lambda: f(); f()')",
    "Path(os.environ['HARM']).touch()",
)
SOURCES = {
    "nothing": b"",
    "syntax": b"class Thing(\n",
    "nul": b"a = '\0'\nclass Thing: pass\n",
    "bytes": b"\xff\xfe\x00\x01class Thing: pass\n",
    "nested": b"x = " + b"(" * 150 + b")" * 150 + b"\nclass Thing:\n    pass\n",
    "chain": b"x = 1" + b" + 1" * 20_000 + b"\nclass Thing:\n    'A thing.'\n    Config = x\n",
    "circle": b"from circle_package import Thing\nclass Thing(Thing):\n    pass\n",
    "own-base": b"class Thing(Thing):\n    Config = Thing\n",
    "long": b"class Thing:\n    '" + b"x" * 3_000_000 + b"'\n",
    "function": b"def Thing(): pass\n",
    "number": b"Thing = 3\n",
    "escape": b"class Thing:\n    '\x1b[2J\x1b]0;mine\x07'\n",
}
VALUES = (
    "os:system",
    "builtins:exit",
    "sys:exit",
    ":",
    "",
    "a b",
    "..:x",
    "x:y:z",
    "os",
    "\x1b[2J:x",
    "a" * 10_000,
    "é:ü",
)
METADATA = (
    "",
    "Name: nameless-version\n",
    "Version: 1.0\n",
    "Name: x\nVersion: \x1b[2J\n",
    "Name: ../../etc\nVersion: 1\n",
    "Name: asciivae\nVersion: 99\n",
    "Metadata-Version: 9.9\nName: later\nVersion: 1\nRequires-Dist: asciivae>=99; (((\n",
    "Name: wants\nVersion: 1\nRequires-Dist: asciivae @ https://example.org/x.zip\n",
)
TAKEN = {"loss": "ce", "model": "spatial", "renderer": "analytic", "source": "folder"}


def install(site: Site) -> int:
    """Put all of them on a site; return how many entry points there are."""
    kinds, count = list(KINDS), 0
    for where in ("import", "init", "call"):
        for number, deed in enumerate(DEEDS):
            kind = kinds[number % len(kinds)]
            name = f"bad-{where}-{number}"
            code = HEAD + (deed + "\n" if where == "import" else "") + CLASS
            code = code.replace("AT_INIT", deed if where == "init" else "pass")
            code = code.replace("AT_CALL", deed if where == "call" else "return None")
            public = TAKEN.get(kind, name) if number % 5 == 0 else name
            points = f"[{KINDS[kind]}]\n{public} = {name.replace('-', '_')}:Thing\n"
            site.add(name, points, code)
            count += 1
    for name, content in SOURCES.items():
        package = f"{name}-package"
        module = package.replace("-", "_")
        site.add(package, f"[asciivae.losses]\n{name}-source = {module}:Thing\n")
        (site.folder / f"{module}.py").write_bytes(content)
        count += 1
    for number, value in enumerate(VALUES):
        site.add(f"value-{number}", f"[asciivae.losses]\nvalue-{number} = {value}\n")
        count += 1
    for number, metadata in enumerate(METADATA):
        info = site.folder / f"metadata_{number}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(metadata)
        (info / "entry_points.txt").write_text(f"[asciivae.losses]\nmetadata-{number} = nothing_here:Thing\n")
        count += 1
    (site.folder / "broken-1.0.dist-info").mkdir()
    (site.folder / "broken-1.0.dist-info" / "METADATA").write_bytes(b"Name: \xff\xfe\nVersion: 1\n")
    # Its entry points are UTF-8: with others not even `import torch` works, which reads them all.
    (site.folder / "broken-1.0.dist-info" / "entry_points.txt").write_text("[asciivae.losses]\nbroken = x:y\n")
    return count + 1
