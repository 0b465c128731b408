"""Google's generateContent."""

import json

from script import Conversation, Result, ToolUse


def read(request):
    """The conversation in a request."""
    declared = [function for tool in request.get("tools", []) for function in tool.get("functionDeclarations", [])]
    tools = {function["name"]: None for function in declared}
    results = []
    for content in request.get("contents", []):
        for part in content.get("parts", []):
            if "functionResponse" in part:
                answer = part["functionResponse"]
                results.append(Result(answer["name"], json.dumps(answer["response"]), "error" in answer["response"]))
    settings = request.get("generationConfig", {})
    return Conversation(tools, results, settings.get("responseJsonSchema") or settings.get("responseSchema"))


def response(reply, request):
    """The reply as one response, which is also the only event of a stream."""
    if isinstance(reply, ToolUse):
        part = {"functionCall": {"id": f"call_{reply.step:04}", "name": reply.tool, "args": reply.arguments}}
    else:
        part = {"text": reply.text}
    return {
        "candidates": [{"index": 0, "content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
        "modelVersion": "scripted",
    }
