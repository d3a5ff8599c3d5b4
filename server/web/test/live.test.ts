import assert from "node:assert/strict";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { EventParser, follow } from "../src/live.ts";

const TEXT = 'retry: 2000\n\nevent: case\nid: 7\ndata: {"a":\ndata: 1}\n\n: ping\n\nevent: indicators\r\nid: 8\r\ndata: {}\r\n\r\n';
const EVENTS = [
  { id: "7", event: "case", data: '{"a":\n1}' },
  { id: "8", event: "indicators", data: "{}" },
];

test("events are the same however the network cuts the text", () => {
  for (let size = 1; size <= TEXT.length; size += 1) {
    const parser = new EventParser();
    const events = [];
    for (let at = 0; at < TEXT.length; at += size) events.push(...parser.feed(TEXT.slice(at, at + size)));
    assert.deepEqual(events, EVENTS, `cut every ${size} characters`);
  }
});

test("a comment is no event", () => {
  assert.deepEqual(new EventParser().feed(": ping\n\n"), []);
});

test("an empty id before the end has the stream followed anew, from no id", async () => {
  const asked: (string | undefined)[] = [];
  const stop = new AbortController();
  const server = createServer((request, response: ServerResponse) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end("event: n\nid: 7\ndata: 1\n\nid\n\n");
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const heard: string[] = [];
  const { port } = server.address() as AddressInfo;
  await follow(`http://127.0.0.1:${port}/`, {
    onEvent: (event) => {
      heard.push(event);
      if (heard.length === 2) stop.abort();
    },
    onAlive: () => undefined, onLost: () => undefined, onTry: () => undefined,
  }, stop.signal);
  server.close();
  assert.deepEqual([asked, heard], [[undefined, undefined], ["n", "n"]]);
});

test("a stream that ends is followed again from its last id", async () => {
  const asked: (string | undefined)[] = [];
  const stop = new AbortController();
  const server = createServer((request, response: ServerResponse) => {
    asked.push(request.headers["last-event-id"] as string | undefined);
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.end(`event: n\nid: ${asked.length}\ndata: ${asked.length}\n\n`);
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const heard: unknown[] = [];
  let [losses, tries] = [0, 0];
  const { port } = server.address() as AddressInfo;
  await follow(`http://127.0.0.1:${port}/`, {
    onEvent: (_, data) => {
      heard.push(data);
      if (heard.length === 2) stop.abort();
    },
    onAlive: () => undefined,
    onLost: (waitMs) => {
      losses += 1;
      assert.ok(waitMs > 0);
    },
    onTry: () => { tries += 1; },
  }, stop.signal);
  server.close();
  assert.deepEqual(heard, [1, 2]);
  assert.deepEqual(asked, [undefined, "1"]);
  assert.equal(losses, 1);
  assert.equal(tries, 2);
});

test("a line that falls silent for twice the interval that its server named is left and tried again", async () => {
  let tries = 0;
  const stop = new AbortController();
  const server = createServer((_, response: ServerResponse) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write("retry: 2000\nping: 20\n\n"); // and nothing more, though the line stays open
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const { port } = server.address() as AddressInfo;
  let losses = 0;
  await follow(`http://127.0.0.1:${port}/`, {
    onEvent: () => undefined,
    onAlive: () => undefined,
    onLost: () => { losses += 1; },
    onTry: () => {
      tries += 1;
      if (tries === 2) stop.abort();
    },
  }, stop.signal);
  server.closeAllConnections();
  server.close();
  assert.deepEqual([losses, tries], [1, 2]);
});
