import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { tlsFolder } from '../support/postgres-server.ts';
import { openSession } from './session.ts';
import type { Session, Warehouse } from './warehouse.ts';
import { RedshiftError } from './warehouse.ts';
import {
  answerMessages,
  askPassword,
  authenticated,
  backendKey,
  bindComplete,
  errorResponse,
  noData,
  parameterStatus,
  parseComplete,
  ready,
} from './wire-messages.ts';

/** The door by PostgreSQL's protocol. */
export interface WireDoor {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const codes = { ssl: 80877103, cancel: 80877102 };
/** What pg asks for when a connection begins, and Redshift does not know. */
const unknownParameters = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout', 'options'];

/** Opens the door: clients log in by the logins of the warehouse. Parameters are not understood. */
export async function openWire(warehouse: Warehouse): Promise<WireDoor> {
  const clients = new Set<Socket>();
  const sessions = new Map<number, Session>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    void new WireClient(socket, warehouse, sessions).serve().catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    host: '127.0.0.1',
    port,
    async close() {
      for (const socket of clients) socket.destroy();
      server.close();
      await Promise.all([...sessions.values()].map((session) => session.close()));
    },
  };
}

class WireClient {
  #socket: Socket;
  readonly #warehouse: Warehouse;
  readonly #sessions: Map<number, Session>;
  #received: Buffer = Buffer.alloc(0);
  #more: (() => void) | undefined;
  #ended = false;

  constructor(socket: Socket, warehouse: Warehouse, sessions: Map<number, Session>) {
    this.#socket = socket;
    this.#warehouse = warehouse;
    this.#sessions = sessions;
    this.#listen(socket);
  }

  async serve(): Promise<void> {
    if (this.#warehouse.state === 'paused') return void this.#socket.destroy();
    const user = await this.#startup();
    if (user === undefined) return;
    this.#send(askPassword);
    const password = (await this.#message()).body.toString('utf8').replace(/\0$/, '');
    if (!this.#mayEnter(user, password)) {
      this.#send(errorResponse(new RedshiftError(`password authentication failed for user "${user}"`, '28000')));
      return void this.#socket.end();
    }
    const session = await openSession(this.#warehouse, user);
    this.#sessions.set(session.pid, session);
    try {
      await this.#converse(session);
    } finally {
      // A statement that runs goes on; a transaction does not.
      this.#sessions.delete(session.pid);
      await session.close();
      this.#socket.destroy();
    }
  }

  async #converse(session: Session): Promise<void> {
    const parameters = { server_version: '8.0.2', client_encoding: 'UTF8', DateStyle: 'ISO, MDY', TimeZone: 'UTC' };
    this.#send(
      authenticated,
      ...Object.entries(parameters).map(([name, value]) => parameterStatus(name, value)),
      backendKey(session.pid, 0),
      ready('I'),
    );
    for (;;) {
      const { type, body } = await this.#message();
      if (type === 'X') return;
      if (type === 'Q')
        this.#send(await this.#answer(session, body.toString('utf8').replace(/\0$/, '')), ready(session.transaction));
      else if (type === 'P') await this.#extended(session, statementOf(body));
      else throw new Error(`the stand-in does not understand messages of the type ${type}`);
    }
  }

  /** A statement by the extended protocol: all is answered when it is to be executed, and what comes after an error is passed over. */
  async #extended(session: Session, statement: string): Promise<void> {
    for (;;) {
      const { type } = await this.#message();
      if (type === 'E') this.#send(parseComplete, bindComplete, await this.#answer(session, statement, noData));
      if (type !== 'S') continue;
      this.#send(ready(session.transaction));
      return;
    }
  }

  /** Anything but a word against the statement breaks the connection. */
  async #answer(session: Session, statement: string, withoutRows?: Buffer): Promise<Buffer> {
    try {
      return answerMessages(await session.execute(statement), withoutRows);
    } catch (error) {
      if (error instanceof RedshiftError) return errorResponse(error);
      throw error;
    }
  }

  #mayEnter(user: string, password: string): boolean {
    const login = this.#warehouse.logins.get(user);
    const isOver = login?.expiresAt !== undefined && login.expiresAt <= this.#warehouse.now();
    return login !== undefined && login.password === password && !isOver;
  }

  /** The name of the user, once the connection is as secure as the client wants it. */
  async #startup(): Promise<string | undefined> {
    for (;;) {
      const length = (await this.#bytes(4)).readInt32BE();
      const body = await this.#bytes(length - 4);
      const code = body.readInt32BE();
      if (code === codes.ssl) {
        this.#secure();
        continue;
      }
      if (code === codes.cancel) {
        await this.#sessions.get(body.readInt32BE(4))?.cancel();
        this.#socket.end();
        return undefined;
      }
      const words = body.subarray(4).toString('utf8').split('\0');
      const unknown = words.find((word, i) => i % 2 === 0 && unknownParameters.includes(word));
      if (unknown === undefined) return words[words.indexOf('user') + 1] ?? '';
      this.#send(errorResponse(new RedshiftError(`unrecognized configuration parameter "${unknown}"`, '42704')));
      this.#socket.end();
      return undefined;
    }
  }

  #secure(): void {
    const plain = this.#socket;
    plain.removeAllListeners('data');
    plain.write('S');
    const [key, cert] = ['server.key', 'server.pem'].map((name) => readFileSync(join(tlsFolder, name)));
    this.#socket = new TLSSocket(plain, { isServer: true, ...(key && { key }), ...(cert && { cert }) });
    this.#listen(this.#socket);
  }

  #listen(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#more?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#more?.();
    };
    socket.on('error', end).on('close', end);
  }

  #send(...messages: Buffer[]): void {
    if (!this.#socket.destroyed) this.#socket.write(Buffer.concat(messages));
  }

  async #message(): Promise<{ type: string; body: Buffer }> {
    const head = await this.#bytes(5);
    return { type: head.toString('latin1', 0, 1), body: await this.#bytes(head.readInt32BE(1) - 4) };
  }

  async #bytes(count: number): Promise<Buffer> {
    while (this.#received.length < count) {
      if (this.#ended) throw new Error('the client is gone');
      await new Promise<void>((resolve) => (this.#more = resolve));
    }
    const bytes = this.#received.subarray(0, count);
    this.#received = this.#received.subarray(count);
    return bytes;
  }
}

/** The text of a statement that is to be parsed, which its name precedes. */
function statementOf(parse: Buffer): string {
  return parse.toString('utf8').split('\0')[1] ?? '';
}
