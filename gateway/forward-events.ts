/** What is told of events on their way, for the log; failures once each, however often they repeat themselves. */
export interface ForwardEvents {
  notConfirmed(topic: string, reason: string): void;
  confirmedAgain(topic: string): void;
  /** A file of the spool cannot be read or removed. */
  spoolFailed(reason: string): void;
  putAside(file: string, reason: string): void;
  drained(): void;
}
