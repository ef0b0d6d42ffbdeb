"""Subscribes to streams of a floor and writes what comes, a message a line, until the floor closes the connection.

usage: subscriber.py PORT REQUEST [ORIGIN [TOKEN [PATH]]]
"""
import asyncio
import sys

import websockets


async def main(port, request, origin="", token="", path="/"):
    headers = {"Authorization": f"Bearer {token}"} if token else None
    try:
        connection = await websockets.connect(
            f"ws://127.0.0.1:{port}{path}", max_size=None, origin=origin or None, additional_headers=headers)
    except websockets.exceptions.InvalidStatus as refused:
        print(f"refused {refused.response.status_code}", flush=True)
        return
    async with connection as socket:
        await socket.send(request)
        try:
            async for message in socket:
                print(message, flush=True)
        finally:
            print(f"closed {socket.close_code}", flush=True)


asyncio.run(main(*sys.argv[1:]))
