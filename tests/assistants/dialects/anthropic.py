"""Anthropic's Messages API."""

import json

from script import Conversation, Result, ToolUse


def read(request):
    """The conversation in a request."""
    tools = {tool["name"]: None for tool in request.get("tools", [])}
    called, results = {}, []
    for message in request.get("messages", []):
        for block in blocks(message["content"]):
            if block["type"] == "tool_use":
                called[block["id"]] = block["name"]
            elif block["type"] == "tool_result":
                name = called.get(block["tool_use_id"], "")
                results.append(Result(name, text_of(block.get("content", "")), bool(block.get("is_error"))))
    output = request.get("output_config") or {}
    schema = (output.get("format") or request.get("output_format") or {}).get("schema")
    return Conversation(tools, results, schema)


def blocks(content):
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def text_of(content):
    return "\n".join(block.get("text", "") for block in blocks(content))


def message(reply, request):
    """The reply as one message."""
    if isinstance(reply, ToolUse):
        block = {"type": "tool_use", "id": f"toolu_{reply.step:04}", "name": reply.tool, "input": reply.arguments}
        reason = "tool_use"
    else:
        block, reason = {"type": "text", "text": reply.text}, "end_turn"
    return {
        "id": "msg_scripted", "type": "message", "role": "assistant", "model": request.get("model", "scripted"),
        "content": [block], "stop_reason": reason, "stop_sequence": None, "usage": {"input_tokens": 1, "output_tokens": 1},
    }


def events(reply, request):
    """The reply as a stream: (event, data) pairs."""
    whole = message(reply, request)
    block = whole["content"][0]
    yield "message_start", {"message": {**whole, "content": [], "stop_reason": None}}
    if block["type"] == "tool_use":
        yield "content_block_start", {"index": 0, "content_block": {**block, "input": {}}}
        yield "content_block_delta", {"index": 0, "delta": {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}}
    else:
        yield "content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}}
        yield "content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": block["text"]}}
    yield "content_block_stop", {"index": 0}
    yield "message_delta", {"delta": {"stop_reason": whole["stop_reason"], "stop_sequence": None}, "usage": {"output_tokens": 1}}
    yield "message_stop", {}
