import type { Check } from './check.ts';
import { textOf } from './repository.ts';

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version?: string }>>;
}

/** Temporal's messages break when two protobufjs of different majors load them: one 8.x, and 7.x for gRPC alone. */
export const protobufjs: Check = {
  name: 'protobufjs',
  run: () => protobufjsProblems(JSON.parse(textOf('package-lock.json')) as LockFile),
};

export function protobufjsProblems({ packages }: LockFile): string[] {
  const found = Object.entries(packages)
    .filter(([place]) => place.endsWith('node_modules/protobufjs'))
    .map(([place, { version }]) => ({ place, version: version ?? 'unknown' }));
  const atRoot = found.some(({ place, version }) => place === 'node_modules/protobufjs' && version.startsWith('8.'));
  const strangers = found.filter(
    ({ place, version }) =>
      place !== 'node_modules/protobufjs' && !(place.includes('@grpc/proto-loader/') && version.startsWith('7.')),
  );
  return [
    ...(atRoot ? [] : ['package-lock.json has no protobufjs 8.x at its root']),
    ...strangers.map(({ place, version }) => `package-lock.json has protobufjs ${version} at ${place}`),
  ];
}
