"""OpenAI's Responses API."""

import json

from script import Conversation, Result, ToolUse


def read(request):
    """The conversation in a request. A namespace's tools have short names there, so their handle is the namespace."""
    tools = {}
    for tool in request.get("tools", []):
        if tool.get("type") == "namespace":
            tools.update({joined(tool["name"], inner["name"]): (tool["name"], inner["name"]) for inner in tool.get("tools", [])})
        elif tool.get("name"):
            tools[tool["name"]] = (None, tool["name"])
    called, results = {}, []
    for item in request.get("input", []):
        if item.get("type") == "function_call":
            name = item["name"]
            called[item["call_id"]] = joined(item["namespace"], name) if item.get("namespace") else name
        elif item.get("type") == "function_call_output":
            # This API has no mark for a failure; the tap sees it on the server's side.
            results.append(Result(called.get(item["call_id"], ""), text_of(item["output"]), is_error=False))
    form = (request.get("text") or {}).get("format") or {}
    return Conversation(tools, results, form.get("schema"))


def joined(namespace, name):
    return f"{namespace.rstrip('_')}__{name}"


def text_of(output):
    if isinstance(output, str):
        return output
    return "\n".join(part.get("text", "") for part in output)


def item(reply):
    if isinstance(reply, ToolUse):
        namespace, name = reply.handle
        call = {
            "type": "function_call", "id": f"fc_{reply.step:04}", "call_id": f"call_{reply.step:04}", "name": name,
            "arguments": json.dumps(reply.arguments), "status": "completed",
        }
        return {**call, "namespace": namespace} if namespace else call
    content = [{"type": "output_text", "text": reply.text, "annotations": []}]
    return {"type": "message", "id": "msg_scripted", "role": "assistant", "status": "completed", "content": content}


def response(reply, request):
    """The reply as one response."""
    usage = {"input_tokens": 1, "output_tokens": 1, "total_tokens": 2}
    return {
        "id": "resp_scripted", "object": "response", "status": "completed", "model": request.get("model", "scripted"),
        "output": [item(reply)], "usage": {**usage, "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}},
    }


def events(reply, request):
    """The reply as a stream: (event, data) pairs."""
    whole = response(reply, request)
    said = whole["output"][0]
    yield "response.created", {"response": {**whole, "status": "in_progress", "output": []}}
    yield "response.output_item.added", {"output_index": 0, "item": {**said, "status": "in_progress"}}
    if said["type"] == "message":
        yield "response.output_text.delta", {"item_id": said["id"], "output_index": 0, "content_index": 0, "delta": reply.text}
    else:
        yield "response.function_call_arguments.done", {"item_id": said["id"], "output_index": 0, "arguments": said["arguments"]}
    yield "response.output_item.done", {"output_index": 0, "item": said}
    yield "response.completed", {"response": whole}
