"""The APIs that assistants speak to their models: each file turns a request into a `Conversation` and a reply into events."""
