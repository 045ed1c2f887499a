import { createRequire } from 'node:module';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './repository.ts';
import { runTool } from './tool.ts';

interface CruiseResult {
  readonly modules: readonly {
    readonly source: string;
    readonly dependencies: readonly { readonly module: string; readonly dependencyTypes: readonly string[] }[];
  }[];
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

const faulty = path.join(root, 'test', 'fixtures', 'faulty');
const config = path.join(root, '.dependency-cruiser.cjs');

async function cruise(folder: string): Promise<CruiseResult> {
  const { output } = await runTool('dependency-cruiser', ['--config', config, '--output-type', 'json', '.'], folder);
  return JSON.parse(output) as CruiseResult;
}

const { modules, summary } = await cruise(faulty);
const found = summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);

describe('the check of directions', () => {
  it.each([
    'common-stays-in-its-room: common/imports-ledger.ts',
    'rules-stays-in-its-room: rules/imports-config.ts',
    'qvf-stays-in-its-room: qvf/imports-ledger.ts',
    'sandbox-stays-in-its-room: sandbox/imports-common.ts',
    'gateway-stays-in-its-room: gateway/imports-common.ts',
    'ledger-stays-in-its-room: ledger/imports-config.ts',
    'config-stays-in-its-room: config/imports-ledger.ts',
    'temporal-stays-in-its-room: temporal/imports-ledger.ts',
    'workflows-stays-in-its-room: workflows/imports-ledger.ts',
    'activities-stays-in-its-room: activities/imports-worker.ts',
    'backup-stays-in-its-room: backup/imports-worker.ts',
    'views-stays-in-its-room: views/imports-worker.ts',
    'worker-stays-in-its-room: worker/imports-console.ts',
    'setup-stays-in-its-room: setup/imports-worker.ts',
    'starter-stays-in-its-room: starter/imports-activities.ts',
    'console-stays-in-its-room: console/imports-activities.ts',
    'cli-loads-rooms-when-called: starter/cli/worker-at-once.ts',
    'only-commands-load-rooms: starter/listener-loads-worker.ts',
    'only-the-demo-loads-the-sandbox: starter/loads-sandbox.ts',
    'workflows-know-activities-by-type: workflows/imports-activity-code.ts',
    'config-types-only: temporal/reads-config.ts',
    'workflows-are-deterministic: workflows/reads-a-file.ts',
    'product-without-tests: ledger/imports-test.ts',
    'product-without-dev-dependencies: ledger/imports-vitest.ts',
    'only-declared-packages: ledger/imports-undeclared.ts',
    'no-circles: ledger/one-of-circle.ts',
    'everything-resolves: ledger/leads-nowhere.ts',
  ])('reports %s', (fault) => {
    expect(found).toContain(fault);
  });

  it('has a planted fault for every rule', () => {
    const { forbidden } = createRequire(import.meta.url)(config) as { forbidden: readonly { readonly name: string }[] };
    const broken = new Set(found.map((fault) => fault.split(':')[0]));

    expect(forbidden.map(({ name }) => name).filter((name) => !broken.has(name))).toEqual([]);
  });

  it.each(['activities/allowed.ts', 'starter/cli/worker.ts', 'starter/demo/run-demo.ts', 'workflows/unawaited.ts'])(
    'accepts what is allowed: %s',
    (file) => {
      expect(found.filter((fault) => fault.endsWith(`: ${file}`))).toEqual([]);
    },
  );

  it('sees TypeScript imports, those of types among them', () => {
    const unawaited = modules.find(({ source }) => source === 'workflows/unawaited.ts');

    expect(unawaited?.dependencies).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          module: '../activities/faulty-activities.ts',
          dependencyTypes: expect.arrayContaining(['type-only']),
        }),
        expect.objectContaining({ module: '@temporalio/workflow', dependencyTypes: ['npm', 'import'] }),
      ]),
    );
  });

  it('sees an import wherever it stands', () => {
    const odd = modules.find(({ source }) => source === 'starter/imports-in-odd-places.ts');

    expect(odd?.dependencies.map(({ module }) => module).toSorted()).toEqual(
      ['loop', 'method', 'optional-call', 'satisfies', 'template', 'throw', 'using'].map(
        (place) => `../worker/in-${place}.ts`,
      ),
    );
  });
});
