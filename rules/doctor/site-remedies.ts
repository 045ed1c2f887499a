/** What a remedy needs to know of a site. */
interface Site {
  readonly alias: string;
  readonly port: number;
  /** Folder of its certificates. */
  readonly certificates: string;
}

/** For a host whose name is not known. `us`: who asks for it. */
export function nameService(alias: string, host: string, us: string): string {
  return `Correct sites.${alias}.hosts, or have ${host} entered in the name service that ${us} asks.`;
}

/** For a port that does not answer. `us`: the host that it is to let in. */
export function openPort({ alias, port }: Pick<Site, 'alias' | 'port'>, host: string, us: string): string {
  return `Ask the administrator of site "${alias}" whether the Qlik Sense Repository Service runs on ${host}, and have the firewall let ${us} through to port ${port}; otherwise correct sites.${alias}.port.`;
}

/** For certificates that are missing, run out or do not fit together. */
export function exportAgain({ alias, certificates }: Pick<Site, 'alias' | 'certificates'>): string {
  return `Ask the administrator of site "${alias}" to export the certificates again in the QMC, and put all three files into ${certificates}.`;
}
