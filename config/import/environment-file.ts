// oxlint-disable-next-line no-control-regex -- what no line of an environment file can hold
const unwritable = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

/** A line of an environment file. */
export interface EnvironmentLine {
  readonly text: string;
  /** Whether Node's `--env-file` reads it as systemd and shells do. */
  readonly isForNode: boolean;
}

/**
 * A variable as a line of an environment file that systemd (`EnvironmentFile=`), shells and, but for some texts with an
 * apostrophe, Node (`--env-file`) read alike; nothing in it is ever run by a shell. Undefined for a text with control
 * characters, which no line can hold.
 */
export function environmentLine(name: string, value: string): EnvironmentLine | undefined {
  if (unwritable.test(value)) return undefined;
  if (!value.includes("'")) return { text: `${name}='${value}'`, isForNode: true };
  const escaped = value.replaceAll(/["\\$`]/g, String.raw`\$&`);
  // Node takes a backslash in double quotes as it stands.
  return { text: `${name}="${escaped}"`, isForNode: escaped === value };
}
