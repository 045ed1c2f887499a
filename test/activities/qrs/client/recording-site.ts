import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendJson, type SmallSite, startSmallSite } from './small-site.ts';

/** A request as the site reads it, without its key. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

export type GivenAnswer = (response: ServerResponse, request: IncomingMessage) => unknown;

/** A small site that notes what it is asked and answers by turns. */
export interface RecordingSite {
  readonly site: SmallSite;
  readonly asked: Asked[];
  /** What it answers, by turns; the last one again and again. */
  answers: GivenAnswer[];
  /** Has it answer with these as JSON, by turns. */
  answer(...values: unknown[]): void;
  /** Forgets what was asked and answers `{}` from now on. */
  reset(): void;
}

export async function startRecordingSite(): Promise<RecordingSite> {
  const asked: Asked[] = [];
  const site = await startSmallSite(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '', 'https://qlik');
    const { xrfkey: _, ...query } = Object.fromEntries(url.searchParams);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    asked.push({ method: request.method ?? '', path: url.pathname, query, body });
    const { answers } = recording;
    const next = answers.length > 1 ? answers.shift() : answers[0];
    next?.(response, request);
  });
  const recording: RecordingSite = {
    site,
    asked,
    answers: [],
    answer: (...values) => {
      recording.answers = values.map((value) => (response) => sendJson(response, value));
    },
    reset: () => {
      asked.length = 0;
      recording.answer({});
    },
  };
  return recording;
}

/** An answer of a status and a text. */
export function status(code: number, text = ''): GivenAnswer {
  return (response) => response.writeHead(code).end(text);
}
