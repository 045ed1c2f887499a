import type { ServiceFacts } from './service-facts.ts';

/** What the system knows of a service; null where nobody was asked. */
export interface ServiceState {
  readonly enabled: boolean | null;
  readonly running: boolean | null;
}

/** What starts services on this system. */
export interface ServiceManager {
  /** Where the definition of a service stands. */
  fileOf(name: string): string;
  definition(facts: ServiceFacts): string;
  /** Begins every definition that is ours, on a line of its own. */
  readonly marker: string;
  /** Mode of the file, where there are modes. */
  readonly mode: number;
  /** Nothing when this account may change services. @throws WAYBILL_SERVICE_NOT_ADMINISTRATOR */
  requireAdministrator(): Promise<void>;
  /** Makes the system know a definition that stands now; gives what is left to do. Safe to repeat. */
  register(facts: ServiceFacts, changed: boolean): Promise<readonly string[]>;
  /** Stops the service and makes the system forget it, before its definition is removed. Safe to repeat. */
  unregister(name: string): Promise<void>;
  /** After the definition was removed. */
  forget(): Promise<void>;
  look(name: string): Promise<ServiceState>;
  /** Where what the service prints is found. */
  logOf(name: string): string;
}
