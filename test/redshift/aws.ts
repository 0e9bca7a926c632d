import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ServiceFault } from './service-fault.ts';
import type { Warehouse } from './warehouse.ts';

/** What gives credentials for a warehouse: Redshift itself, its serverless kind, and Secrets Manager. */
export interface Aws {
  readonly endpoint: string;
  /** The operations that were called. */
  readonly calls: string[];
  /** Secrets by their name. */
  readonly secrets: Map<string, string>;
  readonly clusters: Set<string>;
  readonly workgroups: Set<string>;
  /** What the next call is refused with. */
  refusal: ServiceFault | undefined;
  close(): Promise<void>;
}

/** Opens one endpoint for all three; credentials that it gives are logins of the warehouse, as long as they hold. */
export async function openAws(warehouse: Warehouse): Promise<Aws> {
  const state = {
    calls: [] as string[],
    secrets: new Map<string, string>(),
    clusters: new Set<string>(),
    workgroups: new Set<string>(),
    refusal: undefined as ServiceFault | undefined,
  };

  function give(user: string, seconds: number): { user: string; password: string; expiresAt: Date } {
    const expiresAt = new Date(warehouse.now().getTime() + seconds * 1000);
    const password = `temporary-secret-${state.calls.length}`;
    warehouse.logins.set(user, { password, expiresAt });
    return { user, password, expiresAt };
  }

  function json(operation: string, input: Record<string, string>): object {
    if (operation === 'GetSecretValue') {
      const SecretString = state.secrets.get(input['SecretId'] ?? '');
      if (SecretString !== undefined) return { Name: input['SecretId'], SecretString };
      throw new ServiceFault('ResourceNotFoundException', 400, "Secrets Manager can't find the specified secret.");
    }
    if (!state.workgroups.has(input['workgroupName'] ?? ''))
      throw new ServiceFault('ResourceNotFoundException', 400, `Workgroup ${input['workgroupName']} is not found`);
    const { user, password, expiresAt } = give('IAMR:runner', Number(input['durationSeconds'] ?? 900));
    return { dbUser: user, dbPassword: password, expiration: expiresAt.getTime() / 1000 };
  }

  function xml(operation: string, form: URLSearchParams): string {
    if (!state.clusters.has(form.get('ClusterIdentifier') ?? ''))
      throw new ServiceFault('ClusterNotFound', 404, `Cluster ${form.get('ClusterIdentifier')} not found.`);
    const name = operation.endsWith('WithIAM') ? 'IAMR:runner' : `IAM:${form.get('DbUser')}`;
    const { user, password, expiresAt } = give(name, Number(form.get('DurationSeconds') ?? 900));
    return `<${operation}Response xmlns="http://redshift.amazonaws.com/doc/2012-12-01/"><${operation}Result><DbUser>${user}</DbUser><DbPassword>${password}</DbPassword><Expiration>${expiresAt.toISOString()}</Expiration></${operation}Result></${operation}Response>`;
  }

  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const target = request.headers['x-amz-target'];
      const form = new URLSearchParams(body);
      const operation =
        String(target ?? form.get('Action'))
          .split('.')
          .at(-1) ?? '';
      state.calls.push(operation);
      try {
        const refusal = state.refusal;
        state.refusal = undefined;
        if (refusal !== undefined) throw refusal;
        const answer =
          target === undefined
            ? xml(operation, form)
            : JSON.stringify(json(operation, JSON.parse(body) as Record<string, string>));
        response.writeHead(200, { 'content-type': target === undefined ? 'text/xml' : 'application/json' }).end(answer);
      } catch (error) {
        if (!(error instanceof ServiceFault)) throw error;
        const { type, status, message } = error;
        if (target === undefined)
          response
            .writeHead(status, { 'content-type': 'text/xml' })
            .end(
              `<ErrorResponse><Error><Type>Sender</Type><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`,
            );
        else response.writeHead(status, { 'x-amzn-errortype': type }).end(JSON.stringify({ __type: type, message }));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(state, {
    endpoint,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  });
}
