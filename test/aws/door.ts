import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine that speaks HTTP. */
export interface Door {
  readonly endpoint: string;
  close(): Promise<void>;
}

export async function openDoor(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Promise<Door> {
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
