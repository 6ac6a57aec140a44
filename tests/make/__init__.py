"""Things for tests: plain keyword functions with defaults, one module per subject."""

import importlib
from pathlib import Path

for _module in sorted(path.stem for path in Path(__file__).parent.glob("[!_]*.py")):
    _made = importlib.import_module(f"tests.make.{_module}")
    globals().update({name: thing for name, thing in vars(_made).items() if not name.startswith("_")})
