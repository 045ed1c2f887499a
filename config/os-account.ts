import os from 'node:os';

/**
 * The operating-system account of whoever runs this process: `DOMAIN\user` on Windows where the domain is known, else
 * the user's name. It proves nothing to anybody else: whoever runs a process can claim any name.
 */
export function osAccount(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  const user = userName();
  const domain = platform === 'win32' ? env['USERDOMAIN'] : undefined;
  return domain && !user.includes('\\') ? `${domain}\\${user}` : user;
}

/** A container may run under a number that no name belongs to. */
function userName(): string {
  try {
    return os.userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
