import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { jsonText } from './data-api-result.ts';
import { DataApiStatements } from './data-api-statements.ts';
import type { Input } from './data-api-statements.ts';
import { openDoor } from '../aws/door.ts';
import { ServiceFault } from '../aws/service-fault.ts';
import type { Warehouse } from './warehouse.ts';

/** Something that goes wrong with the next calls of an operation. */
export interface CallMishap {
  readonly operation: string;
  /**
   * The service refuses; the connection breaks before it hears of the call, or after that; or something in between answers in
   * its place.
   */
  readonly happens: ServiceFault | 'lost before' | 'lost after' | 'garbled';
  readonly times: number;
}

/** The door by the Data API. */
export interface DataApi {
  readonly endpoint: string;
  /** Calls as they came. */
  readonly calls: { readonly operation: string; readonly input: Input; readonly at: number }[];
  readonly statements: DataApiStatements;
  happens(mishap: CallMishap): void;
  close(): Promise<void>;
}

export interface DataApiOptions {
  /** Whether the service knows to wait with an answer. */
  readonly longPolling?: boolean;
  /** What each statement takes besides. */
  readonly statementMs?: number;
  readonly rowsInPage?: number;
}

/** Opens a door that speaks AWS JSON 1.1, as the Data API does. */
export async function openDataApi(warehouse: Warehouse, options: DataApiOptions = {}): Promise<DataApi> {
  const statements = new DataApiStatements(warehouse, options);
  const calls: DataApi['calls'] = [];
  const mishaps: { mishap: CallMishap; left: number }[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    const input = JSON.parse((await text(request)) || '{}') as Input;
    calls.push({ operation, input, at: performance.now() });
    const planned = mishaps.find(({ mishap, left }) => mishap.operation === operation && left > 0);
    if (planned !== undefined) planned.left--;
    const happens = planned?.mishap.happens;
    if (happens === 'lost before') return void request.socket.destroy();
    if (happens instanceof ServiceFault) throw happens;
    const output = await statements.call(operation, input);
    if (happens === 'lost after') return void request.socket.destroy();
    if (happens === 'garbled')
      return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad Gateway<br></html>');
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(jsonText(output));
  }

  async function answerOrRefuse(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await answer(request, response).catch((error: unknown) => {
      const { type, status, message } =
        error instanceof ServiceFault ? error : new ServiceFault('InternalServerException', 500, String(error));
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-errortype': type })
        .end(JSON.stringify({ __type: type, message, Message: message }));
    });
  }

  const door = await openDoor(answerOrRefuse);
  return {
    endpoint: door.endpoint,
    calls,
    statements,
    happens: (mishap) => void mishaps.push({ mishap, left: mishap.times }),
    async close() {
      await door.close();
      await statements.close();
    },
  };
}
