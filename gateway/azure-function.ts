import { type GatewayCore, handleRequest } from './handle-request.ts';

/** What Azure Functions (programming model 4) hand to an HTTP function, as far as it is needed. */
export interface AzureRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Iterable<[string, string]>;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What they take as its answer. */
export interface AzureResponse {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The gateway as a handler of an Azure Function. */
export function azureHandler(core: GatewayCore): (request: AzureRequest) => Promise<AzureResponse> {
  return async ({ method, url, headers, body }) => {
    const hasBody = method !== 'GET' && method !== 'HEAD' && body !== null;
    const request = new Request(url, {
      method,
      headers: [...headers],
      ...(hasBody && { body, duplex: 'half' }),
    } as RequestInit);
    const response = await handleRequest(request, core);
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  };
}
