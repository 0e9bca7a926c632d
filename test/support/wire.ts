import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import type { PostgresAddress } from './postgres-server.ts';

/** When a connection is cut: before the server hears of what matches, or once it has, before it can answer. */
export interface Cut {
  /** What a client sends: a part of a statement, or of rows that are streamed. */
  readonly when: string;
  readonly where: 'before' | 'after';
  /** How many times; each is another connection. */
  readonly times: number;
}

/** A wire between us and a server, which can be cut. */
export interface Wire<A = PostgresAddress> {
  readonly address: A;
  /** What was cut so far. */
  readonly cuts: readonly string[];
  cutAt(cut: Cut): void;
  /** Cuts all connections, and lets nobody in until `open`: the server is starting again. */
  shut(): void;
  open(): void;
  /** Carries nothing more, and says nothing of it: a network that lost its way. */
  fallSilent(): void;
}

/** Lays a wire to a server, gone when the test is over. */
export async function wireTo<A extends { readonly host: string; readonly port: number }>(server: A): Promise<Wire<A>> {
  const planned: { cut: Cut; left: number }[] = [];
  const cuts: string[] = [];
  const open = new Set<Socket>();
  let isSilent = false;
  const listener = createServer((client) => {
    const upstream = connect(server.port, server.host);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    client.on('close', end);
    upstream.on('close', end);
    upstream.on('data', (data) => void (isSilent || client.write(data)));
    client.on('data', (data) => {
      if (isSilent) return;
      const due = planned.find(({ cut, left }) => left > 0 && data.includes(cut.when));
      if (due === undefined) return void upstream.write(data);
      due.left--;
      cuts.push(`${due.cut.where} ${due.cut.when}`);
      if (due.cut.where === 'before') return end();
      // The answer shows that the server has done what it was told; it never gets through.
      upstream.removeAllListeners('data');
      upstream.once('data', end);
      upstream.write(data);
    });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    listener.close();
  });
  const { port } = listener.address() as AddressInfo;
  return {
    address: { ...server, port },
    cuts,
    cutAt: (cut) => void planned.push({ cut, left: cut.times }),
    shut: () => {
      listener.close();
      for (const socket of open) socket.destroy();
    },
    fallSilent: () => void (isSilent = true),
    open: () => void (listener.listening || listener.listen(port, '127.0.0.1')),
  };
}
