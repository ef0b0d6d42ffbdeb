"""Subscribes to streams of a floor and writes what comes, a message a line, until the floor closes the connection.

usage: subscriber.py PORT REQUEST
"""
import asyncio
import sys

import websockets


async def main(port, request):
    async with websockets.connect(f"ws://127.0.0.1:{port}/", max_size=None) as socket:
        await socket.send(request)
        try:
            async for message in socket:
                print(message, flush=True)
        finally:
            print(f"closed {socket.close_code}", flush=True)


asyncio.run(main(*sys.argv[1:]))
