import { Socket } from 'node:net';

/** The open sockets of a pool, which it does not always close itself: pg leaves one open when it cannot log in. */
export class Sockets {
  readonly #open = new Set<Socket>();

  /** A socket for the next connection. */
  next(): Socket {
    const socket = new Socket();
    this.#open.add(socket);
    return socket.once('close', () => this.#open.delete(socket));
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }
}
