"""The assistants: each file writes one's settings and says how to run it without a person."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Stdio:
    """A server that the assistant starts itself."""

    command: list


@dataclass(frozen=True)
class Http:
    """A server that runs already."""

    url: str
    token: str


@dataclass(frozen=True)
class Setting:
    """What an assistant is set up with: everything of it lies in a folder of its own."""

    home: Path
    workspace: Path
    programs: Path
    model_url: str
    server: Stdio | Http
    prompt: str
