import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureCertificates } from '../qrs/certificates.ts';

/** A server's own pair and the authority that it is to be trusted by, as PEM. */
export interface ServerCertificate {
  ca: string;
  cert: string;
  key: string;
}

/** A certificate for localhost and 127.0.0.1: kept in `folder` across starts, or made for once without one. */
export async function serverCertificate(folder?: string): Promise<ServerCertificate> {
  const kept = folder === undefined ? undefined : path.join(folder, 'certificates');
  const into = kept ?? (await mkdtemp(path.join(tmpdir(), 'waybill-certificate-')));
  const files = await ensureCertificates({ folder: into, hostNames: ['localhost', '127.0.0.1'] });
  const [ca, cert, key] = await Promise.all(
    [files.root, files.server, files.serverKey].map((file) => readFile(file, 'utf8')),
  );
  if (kept === undefined) await rm(into, { recursive: true, force: true });
  return { ca: ca ?? '', cert: cert ?? '', key: key ?? '' };
}
