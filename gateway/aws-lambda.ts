import { type GatewayCore, handleRequest } from './handle-request.ts';

/** What a Lambda function URL or an HTTP API hands to a function (payload format 2.0), as far as it is needed. */
export interface LambdaEvent {
  readonly rawPath: string;
  readonly rawQueryString?: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly requestContext: { readonly domainName?: string; readonly http: { readonly method: string } };
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** What it takes as the answer. */
export interface LambdaResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** The gateway as a handler of an AWS Lambda function. */
export function lambdaHandler(core: GatewayCore): (event: LambdaEvent) => Promise<LambdaResponse> {
  return async (event) => {
    const response = await handleRequest(toRequest(event), core);
    const headers = Object.fromEntries(response.headers);
    return { statusCode: response.status, headers, body: await response.text() };
  };
}

function toRequest({ rawPath, rawQueryString, headers, requestContext, body, isBase64Encoded }: LambdaEvent): Request {
  const { method } = requestContext.http;
  const query = rawQueryString ? `?${rawQueryString}` : '';
  const url = `https://${requestContext.domainName ?? 'gateway'}${rawPath}${query}`;
  const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined;
  const known = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return new Request(url, {
    method,
    headers: known as [string, string][],
    ...(hasBody && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
  });
}
