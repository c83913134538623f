"""A suite (`evals/<name>.yaml`): scenarios + agents + settings; and the lock that pins its inputs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self, cast

import yaml
from pydantic import Field, ValidationError

from envscaler_mcp.errors import BadInput
from envscaler_mcp.runtime.standalone.canonical import dumps

from .record import Json, Number, Part, Record, first_error
from .scenario import Band, Split, Tier
from .strict_yaml import line_of, load_yaml

Mode = Literal["task", "conversation"]
RewardKind = Literal["success", "progress", "paper"]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]


class Selection(Part):
    """Which scenarios of a server a suite takes; what is empty does not restrict."""

    tier: Tier = "certified"
    """This tier and above."""
    ids: tuple[str, ...] | None = None
    """These scenarios alone, `001` of every server or `SERVER/001`."""
    difficulty: tuple[Band, ...] = ()
    tags: tuple[str, ...] = ()
    split: Split | None = None
    limit: int | None = Field(default=None, ge=1)


class Limits(Part):
    """What one rollout may use up; then it is scored as it stands."""

    turns: int = Field(default=30, ge=1)
    seconds: Number = Field(default=300, gt=0)
    tokens: int | None = Field(default=None, ge=1)
    cost_usd: Number | None = Field(default=None, ge=0)


class Suite(Record):
    """`evals/<name>.yaml`."""

    kind_of_file: ClassVar[str] = "suite"
    servers: tuple[str, ...] = Field(min_length=1)
    """Names, folders, or patterns such as `blueprint/*`."""
    scenarios: Selection = Selection()
    agents: tuple[str, ...] = ()
    repeats: int = Field(default=1, ge=1)
    mode: Mode = "task"
    user: str | None = None
    """In conversations: the model that plays the user, as after `--user-llm`; without one, rules do."""
    ask_user: bool | None = None
    """In conversations: agents of other processes hear the user through a tool, `ask_user`."""
    limits: Limits = Limits()
    reward: RewardKind = "success"
    seed: int = 0

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Self:
        """Read the YAML of a suite; JSON is YAML too.

        Raises:
            BadInput: not YAML, or not a suite; the line and the remedy are named.
        """
        value = load_yaml(text, where)
        if not isinstance(value, dict):
            raise BadInput(where, "a suite is a mapping", f'begin with "format: {cls.format_line()}"')
        try:
            # The format line first: a person who named the wrong file wants to hear just that.
            return cls.from_json(cast("Json", value), where)
        except BadInput as error:
            cause = error.__cause__
            if isinstance(cause, ValidationError):
                raise BadInput(where, _with_line(text, cause), "correct that line") from cause
            raise
        except (TypeError, ValueError) as error:
            raise BadInput(where, f"a value that JSON does not have ({error})", "write it as text") from error

    def to_text(self) -> str:
        """The suite as YAML."""
        return yaml.safe_dump(self.to_json(), sort_keys=False, allow_unicode=True, width=110)


class ScenarioLock(Part):
    """The two halves of one scenario as they stood."""

    scenario: Digest
    grading: Digest


class ServerLock(Part):
    """One server as it stood; `prompt` is what an agent is told: instructions and policy."""

    server: Digest
    prompt: Digest
    scenarios: dict[str, ScenarioLock]


class SuiteLock(Record):
    """`suite.lock.json`: what a comparison of two runs must have in common."""

    kind_of_file: ClassVar[str] = "suite-lock"
    suite: Digest
    servers: dict[str, ServerLock]
    versions: dict[str, str] = Field(default_factory=dict[str, str])

    def differences(self, other: SuiteLock) -> list[str]:
        """Paths at which two locks differ, sorted; none means that runs can be compared."""
        mine, others = _leaves(self.to_json(), ""), _leaves(other.to_json(), "")
        return sorted(path for path in mine.keys() | others.keys() if mine.get(path) != others.get(path))


def _leaves(value: Json, path: str) -> dict[str, str]:
    if isinstance(value, dict):
        parts = cast("dict[str, Json]", value).items()
        return {leaf: text for key, part in parts for leaf, text in _leaves(part, f"{path}/{key}").items()}
    return {path: dumps(value)}


def _with_line(text: str | bytes, error: ValidationError) -> str:
    line = line_of(text, error.errors(include_url=False)[0]["loc"])
    return f"line {line}, {first_error(error)}" if line else first_error(error)
