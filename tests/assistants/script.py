"""What the scripted model does: one tool call after another, then a last word.

The model keeps no memory of its own: which step is next follows from the conversation that the
client sends back, as with a real model, so a repeated or abandoned request does no harm.
"""

import json
import re
from dataclasses import dataclass, field

SERVER = "mlwright"


@dataclass(frozen=True)
class Call:
    """A tool to call, by the server's own name for it."""

    tool: str
    arguments: dict = field(default_factory=dict)
    refused: str = ""  # what the refusal says, when the call is to be refused


@dataclass(frozen=True)
class Reference:
    """A value that an earlier tool answered with, found in what the client passed on of the answer."""

    tool: str
    key: str


@dataclass(frozen=True)
class Result:
    """What the client sent back for one tool call."""

    tool: str
    text: str
    is_error: bool


@dataclass(frozen=True)
class Conversation:
    """What a request of any dialect comes to: the tools on offer, and what they have answered so far."""

    tools: dict  # the name that the client gave a tool → how the dialect calls it
    results: list
    # The client asks for JSON in this form: a side request, which no tool answers.
    answer_schema: dict | None = None


@dataclass(frozen=True)
class ToolUse:
    """The reply that calls a tool."""

    step: int
    tool: str  # as the client calls it
    handle: object  # what the dialect needs besides
    arguments: dict


@dataclass(frozen=True)
class Text:
    """The reply that says something."""

    text: str


class Script:
    """Steps in order, and everything that went another way than they say."""

    def __init__(self, steps, last_word):
        self.steps = steps
        self.last_word = last_word
        self.problems = []
        self.n_side_requests = 0
        self.n_results_seen = 0
        self.finished = False

    def reply(self, conversation):
        """The model's turn. A conversation without the server's tools is one that the client has with itself."""
        if conversation.answer_schema is not None:
            self.n_side_requests += 1
            return Text(json.dumps(example_of(conversation.answer_schema)))
        if not any(short_name(name) for name in conversation.tools) and not conversation.results:
            self.n_side_requests += 1
            return Text("Churn of telco customers")
        done = len(conversation.results)
        self.n_results_seen = max(self.n_results_seen, done)
        for step, result in zip(self.steps, conversation.results):
            if step.refused and step.refused not in result.text:
                return self.give_up(f"{step.tool} was not refused: {result.text[:2000]}")
            if result.is_error and not step.refused:
                return self.give_up(f"{step.tool} answered with an error: {result.text[:2000]}")
            if short_name(result.tool) != step.tool:
                return self.give_up(f"{step.tool} was called, {result.tool} answered")
        if done >= len(self.steps):
            self.finished = True
            return Text(self.last_word)
        step = self.steps[done]
        names = [name for name in conversation.tools if short_name(name) == step.tool]
        if len(names) != 1:
            return self.give_up(f"{step.tool} is {len(names)} times among the tools on offer: {sorted(conversation.tools)}")
        arguments = self.resolve(step.arguments, conversation.results)
        return ToolUse(done, names[0], conversation.tools[names[0]], arguments)

    def give_up(self, problem):
        if problem not in self.problems:
            self.problems.append(problem)
        return Text(f"The script cannot go on: {problem}")

    def resolve(self, value, results):
        """Arguments with references replaced by what they refer to."""
        if isinstance(value, Reference):
            found = next((found for step, result in zip(self.steps, results) if step.tool == value.tool for found in values_of(result.text, value.key)), None)
            if found is None:
                self.problems.append(f"no {value.key} in what the client passed on of {value.tool}")
            return found
        if isinstance(value, dict):
            return {key: self.resolve(item, results) for key, item in value.items()}
        if isinstance(value, list):
            return [self.resolve(item, results) for item in value]
        return value


def short_name(name):
    """The server's own name of a tool, or nothing when it is no tool of this server: `mcp__mlwright__train` is `train`."""
    match = re.fullmatch(rf"(?:.*[^a-z])?{SERVER}[^a-z]+([a-z][a-z_]*)", name)
    return match and match[1]


def values_of(text, key):
    """The values of a key in an answer, whether the client passed on the structured answer or the text."""
    for match in re.finditer(rf'\\?"{re.escape(key)}\\?"\s*:\s*\\?"([^"\\]+)', text):
        yield match[1]


def example_of(schema):
    """The smallest value that a JSON Schema allows, for a client that asks for JSON."""
    if "enum" in schema:
        return schema["enum"][0]
    kind = str(schema.get("type", "object")).lower()
    if kind == "object":
        return {name: example_of(item) for name, item in schema.get("properties", {}).items()}
    return {"array": [], "boolean": False, "string": "none", "number": 0, "integer": 0}.get(kind)
