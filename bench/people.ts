/** Who publishes and who approves, as the sandbox furnishes its sites. */
export { MANAGER, REP } from '../sandbox/start-sandbox.ts';
