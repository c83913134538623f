"""What an environment is to be about."""

from __future__ import annotations

from pydantic import Field

from envscaler_mcp.spec import Part


class Topic(Part):
    """A world to build, and what makes somebody want it.

    Attributes:
        title: in a few words, such as `Equipment rental desk`.
        introduction: at most three sentences: who works there, with what, and what can go wrong.
        tasks: requests that people made of such a world; the first one is the seed. May be empty.
        category: the field of life it belongs to, in one or two words; caps count by it.
        usefulness: from 1 to 10, how much it is worth to practise there.
        modelability: from 1 to 10, how well rows and tools can stand for it.
    """

    title: str = Field(min_length=3, max_length=80)
    introduction: str = Field(default="", max_length=2000)
    tasks: tuple[str, ...] = ()
    category: str = ""
    usefulness: int = Field(default=10, ge=1, le=10)
    modelability: int = Field(default=10, ge=1, le=10)
