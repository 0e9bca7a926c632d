import type { MiddlewareStack } from '@smithy/types';

/** Has the AWS SDK say nothing of later versions of Node: the bundle holds a version that runs here, and that is nobody's concern who runs this. */
export function quietSdk(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}

/** An answer that is not in the protocol of its service, as a load balancer or a proxy in between gives it. */
export class GarbledAnswer extends Error {
  override readonly name = 'GarbledAnswer';
  /** As errors of the SDK have it. */
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number, cause: Error) {
    super(`HTTP ${status} without a readable AWS response`, { cause });
    this.$metadata = { httpStatusCode: status };
  }

  /** Whether a call may go well when it is made again. */
  get mayPass(): boolean {
    return this.$metadata.httpStatusCode >= 500;
  }
}

/** The same client, which throws a GarbledAnswer where the SDK throws what its parser says of an answer. */
export function withPlainErrors<I extends object, O extends object, C>(
  client: C & { readonly middlewareStack: MiddlewareStack<I, O> },
): C {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw garbled(error) ?? error;
      }
    },
    // Outermost: what is thrown after the SDK's own attempts.
    { step: 'initialize', priority: 'high', name: 'plainErrors' },
  );
  return client;
}

interface SdkError extends Error {
  readonly $fault?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly code?: string;
}

function garbled(error: unknown): GarbledAnswer | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, code, $fault, $metadata }: SdkError = error;
  const status = $metadata?.httpStatusCode;
  if (status === undefined) return undefined;
  // The parser's own error has the status of the answer, and neither a code of the network nor a fault of a service.
  const isOfParser = $fault === undefined && code === undefined && name !== 'AbortError' && name !== 'TimeoutError';
  // An answer without a body: below 500 its status says what it means, as to a HEAD.
  const isEmpty = status >= 500 && /^Unknown(?:Error)?$/.test(message);
  return isOfParser || isEmpty ? new GarbledAnswer(status, error) : undefined;
}
