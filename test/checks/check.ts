/** One thing that must hold for the whole repository. */
export interface Check {
  readonly name: string;
  /** What is wrong, one line each; empty when all is well. */
  run(): Promise<readonly string[]> | readonly string[];
}
