"""The scripted model speaks what the real SDKs understand, whole and streamed, with texts and tools."""

from __future__ import annotations

import gzip
import http.client
import json

import anthropic
import openai
import pytest

from tests.llm.model_script import Said, ToolUse, plays, says

SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}
CHAT_TOOL = {"type": "function", "function": {"name": "toy_add_item", "parameters": SCHEMA}}
RESPONSES_TOOL = {"type": "function", "name": "add_item", "parameters": SCHEMA, "strict": False}
MESSAGES_TOOL = {"name": "mcp__toy__add_item", "input_schema": SCHEMA}
TEXT = 'Grüße, "quoted"\n{braces} 🙂'


def openai_client(server) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key="x", base_url=server.openai, max_retries=0)


def anthropic_client(server) -> anthropic.AsyncAnthropic:
    return anthropic.AsyncAnthropic(api_key="x", base_url=server.anthropic, max_retries=0)


@pytest.mark.parametrize("stream", [False, True])
async def test_chat(serve, stream: bool):
    server = serve(says(Said(text=TEXT, tools=(ToolUse("toy_add_item", {"n": 1}),))))
    ask = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "tools": [CHAT_TOOL]}
    async with openai_client(server) as client:
        if stream:
            async with client.chat.completions.stream(**ask) as events:
                completion = await events.get_final_completion()
        else:
            completion = await client.chat.completions.create(**ask)
    message = completion.choices[0].message
    assert message.content == TEXT
    assert json.loads(message.tool_calls[0].function.arguments) == {"n": 1}
    assert completion.choices[0].finish_reason == "tool_calls"


@pytest.mark.parametrize("stream", [False, True])
async def test_responses(serve, stream: bool):
    server = serve(says(Said(text=TEXT, tools=(ToolUse("add_item", {"n": 1}, namespace="toy"),))))
    ask = {"model": "m", "input": "hi", "tools": [RESPONSES_TOOL]}
    async with openai_client(server) as client:
        if stream:
            async with client.responses.stream(**ask) as events:
                response = await events.get_final_response()
        else:
            response = await client.responses.create(**ask)
    assert response.output_text == TEXT
    call = response.output[1]
    assert (call.name, json.loads(call.arguments), call.namespace) == ("add_item", {"n": 1}, "toy")


@pytest.mark.parametrize("stream", [False, True])
async def test_messages(serve, stream: bool):
    server = serve(says(Said(text=TEXT, tools=(ToolUse("mcp__toy__add_item", {"n": 1}),))))
    ask = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    async with anthropic_client(server) as client:
        if stream:
            async with client.messages.stream(**ask) as events:
                message = await events.get_final_message()
        else:
            message = await client.messages.create(**ask)
    assert message.content[0].text == TEXT
    assert (message.content[1].name, message.content[1].input) == ("mcp__toy__add_item", {"n": 1})
    assert (message.stop_reason, message.usage.output_tokens) == ("tool_use", 1 + len(TEXT) // 4)


async def test_a_list_of_calls_is_played_by_the_results_so_far(serve):
    server = serve(plays([("add_item", {"n": 1}), ("add_item", {"n": 2})], closing="ready"))
    messages: list = [{"role": "user", "content": "go"}]
    played = []
    async with anthropic_client(server) as client:
        while True:
            ask = {"model": "m", "max_tokens": 99, "messages": messages, "tools": [MESSAGES_TOOL]}
            message = await client.messages.create(**ask)
            await client.messages.create(
                **{**ask, "messages": [messages[0]], "tools": []}
            )  # opencode's title
            if message.stop_reason != "tool_use":
                break
            use = message.content[0]
            played.append((use.name, use.input))
            result = {"type": "tool_result", "tool_use_id": use.id, "content": "ok"}
            reminder = {"type": "text", "text": "<system-reminder>"}
            messages += [
                {"role": "assistant", "content": [use.model_dump()]},
                {"role": "user", "content": [result, reminder]},
            ]
    assert played == [("mcp__toy__add_item", {"n": 1}), ("mcp__toy__add_item", {"n": 2})]
    assert message.content[0].text == "ready"


async def test_a_namespace_is_found_and_given_back(serve):
    server = serve(plays([("add_item", {"n": 1})]))
    wrapped = {"type": "namespace", "name": "mcp__toy", "description": "", "tools": [RESPONSES_TOOL]}
    done = {"type": "function_call_output", "call_id": "call_0_0", "output": "ok"}
    async with openai_client(server) as client:
        first = await client.responses.create(model="m", input="go", tools=[wrapped])
        again = [{"role": "user", "content": "go"}, first.output[0].model_dump(exclude_none=True), done]
        second = await client.responses.create(model="m", input=again, tools=[wrapped])
    assert (first.output[0].name, first.output[0].namespace) == ("add_item", "mcp__toy")
    assert second.output_text == "Done."


async def test_what_clients_ask_beside(serve):
    server = serve(says("x"))
    async with openai_client(server) as client:
        assert [model.id async for model in client.models.list()] == ["scripted"]
    async with anthropic_client(server) as client:
        ask = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
        assert (await client.messages.count_tokens(**ask)).input_tokens > 0
    assert server.asked == []


def test_chunked_and_compressed_bodies_and_head(serve):
    server = serve(says("plain"))
    body = gzip.compress(json.dumps({"model": "m", "messages": []}).encode())
    connection = http.client.HTTPConnection("127.0.0.1", int(server.anthropic.rpartition(":")[2]))
    try:
        connection.request("HEAD", "/")
        assert connection.getresponse().read() == b""
        headers = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
        parts = iter((body[:10], body[10:]))
        connection.request("POST", "/v1/chat/completions", parts, headers, encode_chunked=True)
        reply = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    assert reply["choices"][0]["message"]["content"] == "plain"
