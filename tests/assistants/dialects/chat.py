"""OpenAI's chat completions."""

import json

from script import Conversation, Result, ToolUse


def read(request):
    """The conversation in a request."""
    tools = {tool["function"]["name"]: None for tool in request.get("tools", [])}
    called, results = {}, []
    for message in request.get("messages", []):
        for call in message.get("tool_calls") or []:
            called[call["id"]] = call["function"]["name"]
        if message["role"] == "tool":
            # This API has no mark for a failure; the tap sees it on the server's side.
            results.append(Result(called.get(message["tool_call_id"], ""), text_of(message.get("content", "")), is_error=False))
    form = (request.get("response_format") or {}).get("json_schema") or {}
    return Conversation(tools, results, form.get("schema"))


def text_of(content):
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content or [])


def message(reply):
    if isinstance(reply, ToolUse):
        function = {"name": reply.tool, "arguments": json.dumps(reply.arguments)}
        calls = [{"index": 0, "id": f"call_{reply.step:04}", "type": "function", "function": function}]
        return {"role": "assistant", "content": None, "tool_calls": calls}, "tool_calls"
    return {"role": "assistant", "content": reply.text}, "stop"


def completion(reply, request):
    """The reply as one completion."""
    said, reason = message(reply)
    return {
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 0, "model": request.get("model", "scripted"),
        "choices": [{"index": 0, "message": said, "finish_reason": reason}], "usage": USAGE,
    }


USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def chunks(reply, request):
    """The reply as a stream."""
    said, reason = message(reply)
    head = {"id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 0, "model": request.get("model", "scripted")}
    yield {**head, "choices": [{"index": 0, "delta": said, "finish_reason": None}]}
    yield {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}
    yield {**head, "choices": [], "usage": USAGE}
