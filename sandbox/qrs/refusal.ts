/** A request that the repository refuses: the status and the body it answers. */
export class QrsRefusal extends Error {
  readonly status: number;
  /** A text, or JSON for the 409 array. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(typeof body === 'string' ? `${status} ${body}` : `${status} ${JSON.stringify(body)}`);
    this.name = 'QrsRefusal';
    this.status = status;
    this.body = body;
  }
}

/** 400 with the text. */
export function badRequest(text: string): QrsRefusal {
  return new QrsRefusal(400, text);
}
