import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that Waybill tells apart (grpc.io/docs/guides/status-codes). */
export const grpcCodes = {
  invalidArgument: 3,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

/** The gRPC status code of an error; `undefined` for any other error. */
export function grpcCodeOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** True when the service does not let Waybill do that, or, as managed services do, does not offer it. */
export function isNotAllowed(error: unknown): boolean {
  const code = grpcCodeOf(error);
  return code === grpcCodes.permissionDenied || code === grpcCodes.unauthenticated || code === grpcCodes.unimplemented;
}
