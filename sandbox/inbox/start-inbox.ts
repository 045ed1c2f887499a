import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';
import { serverCertificate } from '../web/server-certificate.ts';
import { InboxFaults, smtpError } from './faults.ts';
import { startMailPage } from './mail-page.ts';
import { type InboxMessage, Mailbox } from './mailbox.ts';
import { parseMessage } from './parse-message.ts';

export type { InboxMessage } from './mailbox.ts';

export interface InboxOptions {
  /** Port for SMTP; default any free one. */
  port?: number;
  /** Port of the web page; default any free one. */
  webPort?: number;
  tls: 'none' | 'starttls' | 'implicit';
  /** Who may log in; a login is then required. Without, none is offered. */
  users?: readonly { name: string; password: string }[];
  /** Where certificate and `inbox.jsonl` live across starts; without, in memory only. */
  folder?: string;
}

export interface Inbox {
  host: string;
  port: number;
  /** Certificate authority to trust; empty without TLS. The certificate is good for localhost and 127.0.0.1. */
  caPem: string;
  webUrl: string;
  faults: InboxFaults;
  messages(): readonly InboxMessage[];
  waitFor(predicate: (message: InboxMessage) => boolean, timeoutMs?: number): Promise<InboxMessage>;
  clear(): void;
  close(): Promise<void>;
}

/** A real SMTP server on loopback that keeps what it gets, with a web page to read it and faults to script. */
export async function startInbox(options: InboxOptions): Promise<Inbox> {
  const mailbox = await Mailbox.open(options.folder);
  const faults = new InboxFaults();
  const certificate = options.tls === 'none' ? undefined : await serverCertificate(options.folder);
  const sockets = new Map<number, Socket>();
  const smtp = new SMTPServer({
    ...serverOptions(options),
    ...(certificate === undefined ? {} : { key: certificate.key, cert: certificate.cert }),
    onRcptTo: ({ address }, _session, callback) => callback(faults.recipientError(address)),
    onData: (stream, session, callback) => {
      void takeMail(stream, session, { mailbox, faults, sockets }).then(
        (isKept) => (isKept ? callback() : undefined),
        callback,
      );
    },
  });
  smtp.server.on('connection', (socket: Socket) => {
    const port = socket.remotePort ?? 0;
    sockets.set(port, socket);
    socket.once('close', () => sockets.delete(port));
  });
  // A client that drops its connection in mid-talk is no trouble of the server's.
  smtp.on('error', () => undefined);
  await listen(smtp, options.port ?? 0);
  const web = await startMailPage(mailbox, options.webPort ?? 0);
  return {
    host: '127.0.0.1',
    port: (smtp.server.address() as AddressInfo).port,
    caPem: certificate?.ca ?? '',
    webUrl: web.url,
    faults,
    messages: () => mailbox.all(),
    waitFor: (predicate, timeoutMs) => mailbox.waitFor(predicate, timeoutMs),
    clear: () => mailbox.clear(),
    close: async () => {
      for (const socket of sockets.values()) socket.destroy();
      web.server.closeAllConnections();
      await Promise.all([
        new Promise<void>((resolve) => smtp.close(() => resolve())),
        new Promise<void>((resolve) => web.server.close(() => resolve())),
      ]);
      await mailbox.flushed();
    },
  };
}

/** Returns whether the client is to be told that its mail was taken. */
async function takeMail(
  stream: AsyncIterable<Buffer>,
  session: SMTPServerSession,
  { mailbox, faults, sockets }: { mailbox: Mailbox; faults: InboxFaults; sockets: Map<number, Socket> },
): Promise<boolean> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  const refusal = faults.dataError(session.envelope.rcptTo.map(({ address }) => address));
  if (refusal !== undefined) throw refusal;
  const fate = faults.nextMail();
  if (fate === 'hang') return false;
  mailbox.add(await parseMessage(Buffer.concat(parts), session));
  if (fate === 'keep') return true;
  sockets.get(session.remotePort)?.destroy();
  return false;
}

function serverOptions({ tls, users }: InboxOptions): SMTPServerOptions {
  const disabledCommands = [...(tls === 'starttls' ? [] : ['STARTTLS']), ...(users === undefined ? ['AUTH'] : [])];
  return {
    name: 'localhost',
    secure: tls === 'implicit',
    disabledCommands,
    authOptional: users === undefined,
    allowInsecureAuth: tls === 'none',
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, callback) => {
      const user = users?.find(({ name }) => name === username);
      if (user !== undefined && user.password === password) callback(null, { user: user.name });
      else callback(smtpError(535, '5.7.8 authentication credentials invalid'));
    },
  };
}

async function listen(smtp: SMTPServer, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    smtp.server.once('error', reject);
    smtp.listen(port, '127.0.0.1', resolve);
  });
}
