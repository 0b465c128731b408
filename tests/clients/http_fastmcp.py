"""From a table to predictions and drift over HTTP with a token, by the `fastmcp` client.

    python http_fastmcp.py TABLE TARGET URL TOKEN

The server chooses the era. The first thing that is not as it should be ends the program with a traceback. Prints each step.
"""

import sys

import anyio
from fastmcp import Client
from fastmcp.exceptions import ToolError

TABLE, TARGET, URL, TOKEN = sys.argv[1:5]


async def main():
    seen = []

    async def progress(done, total, message):
        seen.append(done)

    async with Client(URL, auth=TOKEN, progress_handler=progress) as client:

        async def ask(tool, **arguments):
            detail = {"detail": "full"} if tool in long_tools else {}
            result = await client.call_tool(tool, {**detail, **arguments})
            assert isinstance(result.structured_content, dict), f"{tool} has no structured content: {result}"
            return result.structured_content

        listed = await client.list_tools()
        names = [tool.name for tool in listed]
        long_tools = {tool.name for tool in listed if "detail" in tool.inputSchema["properties"]}
        assert "train" in names and len(names) == len(set(names)), names
        print(f"{len(names)} tools in the era {client.protocol_version}")

        profile = await ask("profile_table", table=TABLE, target=TARGET)
        assert profile["findings"], profile
        seen.clear()
        trained = await ask("train", table=TABLE, target=TARGET, budget_seconds=5, wait_seconds=120)
        assert trained["job"]["state"] == "done", trained
        assert seen and seen == sorted(seen), f"progress does not grow: {seen}"
        run_id = trained["result"]["run_id"]
        version = await ask("register_model", run_id=run_id, name="small")
        moved = await ask("set_alias", name="small", alias="champion", version=version["version"])
        assert moved["moved"], moved
        print(f"models:/small/{version['version']} is champion")

        endpoint = await ask("deploy_endpoint", endpoint="small", model="models:/small@champion")
        assert endpoint["state"] == "serving", endpoint
        rows = (await ask("query", sql=f"SELECT * FROM '{TABLE}'", limit=2))["rows"]
        online = await ask("predict", endpoint="small", rows=rows)
        offline = await ask("predict", model="models:/small@champion", rows=rows)
        assert online["predictions"] == offline["predictions"], (online, offline)
        drift = await ask("check_drift", baseline=TABLE, current=TABLE)
        assert not any(column["drifted"] for column in drift["columns"]), drift
        print(f"{endpoint['url']} predicts {online['predictions']}")

        contents = await client.read_resource(f"mlwright://runs/{run_id}")
        assert run_id in contents[0].text, contents
        prompt = await client.get_prompt("train", {"table": TABLE, "target": TARGET})
        assert TARGET in prompt.messages[0].content.text, prompt
        try:
            await client.call_tool("describe_table", {"table": "no-such-table.csv"})
            raise AssertionError("a table that is not there was described")
        except ToolError as error:
            assert "no-such-table.csv" in str(error), error
        await ask("stop_endpoint", endpoint="small", confirm=True)
    print("done")


anyio.run(main)
