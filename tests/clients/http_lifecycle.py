"""The whole lifecycle over HTTP with a token, by the official `mcp` client, in one era of the protocol.

    python http_lifecycle.py MLWRIGHT WORKSPACE TABLE TARGET URL TOKEN MODE

URL is where the server of the workspace answers. MODE is `legacy` for the era that has sessions, `auto` for the newest that the server
speaks. What is asserted is what mcp_lifecycle.py asserts over stdio.
"""

import sys
import time

import anyio
from mcp import Client
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

import mcp_lifecycle

URL, TOKEN, MODE = sys.argv[5:8]


async def main():
    started = time.monotonic()
    async with create_mcp_http_client(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        async with Client(streamable_http_client(URL, http_client=http), mode=MODE, cache=None) as client:
            assert (client.protocol_version == "2026-07-28") == (MODE == "auto"), client.protocol_version
            await mcp_lifecycle.lifecycle(client, client, started)
    mcp_lifecycle.step("done")


anyio.run(main)
