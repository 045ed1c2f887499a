const { Visitor } = require('@swc/core/Visitor.js');

// dependency-cruiser reads TypeScript 7 sources with swc, whose visitor does not know `using` and stops there.
const known = Object.getOwnPropertyDescriptor(Visitor.prototype, 'visitStatement').value;
Visitor.prototype.visitStatement = function visitStatementOrUsing(statement) {
  if (statement.type !== 'UsingDeclaration') return known.call(this, statement);
  return { ...statement, decls: this.visitVariableDeclarators(statement.decls) };
};

/**
 * Which room may import which (docs: "The house"). Each rule has a reason, and a file in test/fixtures/faulty that
 * breaks it, so that a rule which no longer catches anything fails the tests.
 */
const rooms = [
  'activities',
  'backup',
  'bench',
  'bin',
  'common',
  'config',
  'console',
  'gateway',
  'ledger',
  'qvf',
  'rules',
  'sandbox',
  'setup',
  'starter',
  'temporal',
  'test',
  'views',
  'worker',
  'workflows',
];
const ours = `^(${rooms.join('|')})/`;

/** A rule that a room imports nothing of ours but itself and what matches one of `allowed`. */
function room(name, comment, allowed) {
  return {
    name: `${name}-stays-in-its-room`,
    comment,
    severity: 'error',
    from: { path: `^${name}/` },
    to: { path: ours, pathNot: [`^${name}/`, ...allowed] },
  };
}

/** A rule that of what matches `path` only types are imported. */
function typesOnly(name, comment, from, path) {
  return { name, comment, severity: 'error', from, to: { path, dependencyTypesNot: ['type-only'] } };
}

const common = '^common/';
const contract = String.raw`^workflows/contract\.ts$`;
const configTypes = String.raw`^config/types\.ts$`;

/** Commands of the CLI that load their room when they are called. */
const callers = String.raw`^starter/cli/(up|worker|console|gateway|backup|restore|init)[^/]*\.ts$`;
/** The demo's own room, which the CLI loads when called. */
const demoCallers = '^starter/demo/';

module.exports = {
  forbidden: [
    room('common', 'Everybody stands on common; it stands on nothing of ours.', []),
    room('rules', 'A rule is a pure decision: facts in, verdict out.', [common]),
    room('qvf', 'The reader of the app file knows the file, not the product.', [common]),
    room('sandbox', 'A stand-in that used our code would agree with our mistakes.', []),
    room('gateway', 'The gateway is deployed alone and knows nothing of the rest.', []),
    room('ledger', 'The ledger is told what to keep; it asks nobody.', [common]),
    room('config', 'Settings come before everything that uses them.', [common]),
    room('temporal', 'Connecting needs settings and names, no promotion.', [common, contract, configTypes]),
    room('workflows', 'A workflow orders steps; it knows them by type only.', ['^activities/']),
    room('activities', 'An activity touches one system; it is given its settings and its ledger.', [
      common,
      contract,
      configTypes,
      '^rules/',
      '^qvf/',
      '^ledger/',
    ]),
    room('worker', 'The worker puts activities, workflows and settings together.', [
      common,
      '^activities/',
      '^workflows/',
      '^temporal/',
      '^config/',
      '^ledger/',
    ]),
    room('backup', 'A backup copies stores as they are; what they mean is none of its business.', [
      common,
      String.raw`^activities/(artifacts/|qrs/app-memory\.ts$)`,
      '^ledger/',
      '^temporal/',
      '^config/',
    ]),
    room('views', 'What the ledger knows, made ready for command line and console; it does nothing.', [
      common,
      contract,
      configTypes,
      '^ledger/',
      '^rules/doctor/',
    ]),
    room('setup', 'Setting up speaks to sites before there is a worker; it knows no promotion.', [
      common,
      String.raw`^activities/(qrs/client|doctor)/`,
      '^rules/',
      '^config/',
    ]),
    room('starter', 'Who starts a promotion knows the contract, not how a promotion is done.', [
      common,
      contract,
      '^ledger/',
      '^temporal/',
      '^config/',
      '^views/',
      '^rules/(alerts|doctor|setup)/',
      '^(worker|console|gateway|sandbox|backup|setup)/',
    ]),
    room('console', 'The console shows the ledger and speaks to workflows through the contract.', [
      common,
      contract,
      '^ledger/',
      '^temporal/',
      '^config/',
      '^views/',
      '^rules/doctor/',
    ]),
    {
      name: 'cli-loads-rooms-when-called',
      comment: 'A listener must start without the libraries of the worker; a command imports its room by import().',
      severity: 'error',
      from: { path: '^starter/', pathNot: demoCallers },
      to: {
        path: '^(worker|console|gateway|backup|setup|sandbox|starter/demo)/',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'only-commands-load-rooms',
      comment: 'Only these commands load a room; the rest of the starter needs none.',
      severity: 'error',
      from: { path: '^starter/', pathNot: [callers, demoCallers] },
      to: { path: '^(worker|console|gateway|backup|setup)/' },
    },
    {
      name: 'only-the-demo-loads-the-sandbox',
      comment: 'No product code may come to need a stand-in.',
      severity: 'error',
      from: { path: ours, pathNot: ['^(sandbox|test|bench)/', demoCallers] },
      to: { path: '^sandbox/' },
    },
    typesOnly(
      'workflows-know-activities-by-type',
      'The code of an activity in the workflow bundle would run without its worker.',
      { path: '^workflows/' },
      '^activities/',
    ),
    typesOnly(
      'config-types-only',
      'What is given its settings never reads them itself.',
      { path: '^(activities|temporal|views)/' },
      '^config/',
    ),
    {
      name: 'workflows-are-deterministic',
      comment: 'The sandbox of Temporal offers no Node builtin and no library but its own.',
      severity: 'error',
      from: { path: '^workflows/' },
      to: {
        dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'],
        pathNot: '@temporalio/(workflow|common)/',
      },
    },
    {
      name: 'product-without-tests',
      comment: 'Tests and benches use the product, never the other way.',
      severity: 'error',
      from: { path: ours, pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
    {
      name: 'product-without-dev-dependencies',
      comment: 'An installation has only the dependencies; the sandbox is there for tests and the demo.',
      severity: 'error',
      from: { path: ours, pathNot: '^(test|bench|sandbox)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-declared-packages',
      comment: 'A package that only another package declares may be gone tomorrow.',
      severity: 'error',
      from: { path: ours },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one thing in two places.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that leads nowhere is a rule that cannot be checked.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: ['(^|/)test/fixtures/', '^(deploy|docs|data|[.]vitest)/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
