"""A model's text is data: it survives exactly where it is data, and is never code or layout."""

import ast
import json
import re
import tomllib
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from envscaler_mcp.render import render
from envscaler_mcp.render.literals import python_literal, toml_literal
from envscaler_mcp.render.markdown import clipped, code, inline
from envscaler_mcp.spec.environment import Environment
from tests.render import tiny_servers as tiny

HOSTILE = [
    "quotes \" and ' and \"\"\" and '''",
    'end"""\nimport os\nos.system("touch /tmp/owned")\n"""',
    '")\nraise SystemExit("owned")\n#',
    "{{ 7 * 7 }} {% for x in [] %}{% endfor %} {# gone #} {{ card.__class__ }}",
    "back\\slash \\n \\u0041 \\N{BULLET} ends in \\",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "bidi \u202e txet \u2066 and zero\u200bwidth and \U000e0041 tag",
    "nul \x00 escape \x1b[31m del \x7f cr \r nel \x85 ls \u2028",
    "| pipe | `code` ``more`` [link](javascript:alert(1)) ![img](http://x/y.png)",
    "emoji 🏥 umlaut ü 漢字 \U0001f9d1\u200d\u2695\ufe0f",
    "${HOME} $(id) `id` %s {0} {name}",
    "# heading\n\n- list\n\n```\nfence\n<!-- comment",
]


def hostile(text: str) -> Environment:
    card = tiny.native().card
    refusals = [{"code": text, "text": text}]
    tools = [
        {
            **tool.model_dump(),
            "name": f"{n}{text}",
            "description": text,
            "refusals": refusals,
            "released_name": text,
        }
        for n, tool in enumerate(card.tools)
    ]
    rules = [{"id": "loans_have_holders", "text": text, "executable": True}]
    provenance = {"engine": text, "model": text, "sources": [text]}
    return tiny.native(
        title=text,
        introduction=text,
        version=text,
        tools=tools,
        rules=rules,
        provenance=provenance,
        policy=text,
    )


def named(environment: Environment) -> Environment:
    """With a mapped name for every tool."""
    tools = [{**tool.model_dump(), "released_name": "Method"} for tool in environment.card.tools]
    return tiny.native(tools=tools)


@pytest.mark.parametrize("text", HOSTILE)
def test_python_files_parse_and_hold_the_value(text: str) -> None:
    tree = render(hostile(text), tiny.scenarios(instruction=text))
    for path, source in tree.items():
        if path.endswith(".py"):
            compile(source, path, "exec", dont_inherit=True)
    bundle = keywords(tree["tiny_library/__main__.py"])
    assert bundle["title"] == text
    assert bundle["version"] == text
    assert bundle["methods"] == {f"{n}{text}": text for n in range(3)}
    innocent = render(named(tiny.native()), tiny.scenarios())
    for path in ("tiny_library/__main__.py", "tiny_library/__init__.py", "tests/test_server.py"):
        assert shape(tree[path]) == shape(innocent[path]), path


@pytest.mark.parametrize("text", HOSTILE)
def test_json_and_toml_hold_the_value(text: str) -> None:
    tree = render(hostile(text), tiny.scenarios(instruction=text))
    assert json.loads(tree["environment.json"])["title"] == text
    assert json.loads(tree["tiny_library/tools.json"])[0]["description"] == text
    assert json.loads(tree["tiny_library/scenarios/001.json"])["instruction"] == text
    assert tree["tiny_library/policy.md"] == text
    project = tomllib.loads(tree["pyproject.toml"])["project"]
    assert project["version"] == text
    assert project["dependencies"] == ["mcp>=2.3,<3", "pydantic>=2"]


@pytest.mark.parametrize("text", HOSTILE)
def test_the_readme_keeps_its_layout(text: str) -> None:
    tree = render(hostile(text), tiny.scenarios(instruction=text, tags=(text,)))
    html = html_of(tree["README.md"])
    innocent = html_of(render(tiny.native(), tiny.scenarios())["README.md"])
    quote = re.compile(r"<blockquote>.*?</blockquote>", re.DOTALL)
    assert outline(quote.sub("", html)) == outline(quote.sub("", innocent))
    assert set(outline(html)) <= ALLOWED
    assert not any(character in tree["README.md"] for character in "\u202e\u2066\u200b\x00\x1b\x7f\r\u2028")


@given(st.text())
def test_python_literals_evaluate_to_the_text(text: str) -> None:
    literal = python_literal(text)
    assert ast.literal_eval(literal) == text
    assert literal.isprintable()


@given(st.text())
def test_toml_literals_evaluate_to_the_text(text: str) -> None:
    assert tomllib.loads(f"key = {toml_literal(text)}") == {"key": text}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda part: st.lists(part) | st.lists(part).map(tuple) | st.dictionaries(st.text(), part),
)


@given(VALUES)
def test_python_literals_of_values_evaluate_to_them(value: Any) -> None:
    assert ast.literal_eval(python_literal(value)) == value


def test_infinity_is_a_literal_too() -> None:
    assert python_literal(float("-inf")) == 'float("-inf")'


@pytest.mark.parametrize("convert", [python_literal, toml_literal])
def test_other_values_have_no_literal(convert: Any) -> None:
    with pytest.raises(TypeError, match="no (Python|TOML) literal for object"):
        convert(object())


def test_toml_knows_lists_booleans_and_integers() -> None:
    assert toml_literal(["a", True, 3]) == '["a", true, 3]'


@given(st.text())
def test_inline_text_is_one_paragraph_of_text(text: str) -> None:
    line = inline(text)
    assert "\n" not in line
    tokens = MarkdownIt("commonmark").enable("table").parse(line)
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    kinds = {part.type for token in tokens for part in token.children or ()}
    assert kinds <= {"text", "text_special"}


@given(st.text(alphabet="a_ b*`|\\<&;#12.-+>"))
def test_inline_text_reads_as_the_text(text: str) -> None:
    html = MarkdownIt("commonmark").render(inline(text))
    assert text_of(html).strip() == " ".join(text.split())


@given(st.text(min_size=1))
def test_code_is_one_span(text: str) -> None:
    (block,) = [token for token in MarkdownIt("commonmark").parse(code(text)) if token.type == "inline"]
    assert {part.type for part in block.children or ()} == {"code_inline"}


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one two three", 20, "one two three"),
        ("\n\n  first line \nsecond", 20, "first line"),
        ("one two three", 9, "one two…"),
        ("one, two three", 6, "one…"),
        ("unbreakable", 5, "unbr…"),
        ("", 5, ""),
    ],
)
def test_clipped_cuts_at_a_word(text: str, width: int, expected: str) -> None:
    assert clipped(text, width) == expected


HEADINGS = {"h1", "h2", "h3"}
TABLES = {"table", "thead", "tbody", "tr", "th", "td"}
BLOCKS = {"pre", "ul", "ol", "li", "hr", "details", "summary"}
ALLOWED = HEADINGS | TABLES | BLOCKS | {"a", "b"}


def keywords(source: str) -> dict[str, Any]:
    """The literal arguments of the call of `Bundle`."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    bundle = next(call for call in calls if getattr(call.func, "id", "") == "Bundle")
    return {str(word.arg): ast.literal_eval(word.value) for word in bundle.keywords if word.arg != "folder"}


def shape(source: str) -> str:
    """A module's syntax tree with every string blanked."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def html_of(markdown: str) -> str:
    return MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def outline(html: str) -> list[str]:
    """The tags of blocks, in order; spans and paragraphs of a text's own length are left out."""
    return [tag for tag in read(html).tags if tag not in {"p", "code", "em", "strong"}]


def text_of(html: str) -> str:
    return "".join(read(html).text)
