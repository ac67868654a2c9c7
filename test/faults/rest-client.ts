export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

/** A signed-in client of the REST API. */
export class RestClient {
  private token = '';
  private readonly url: () => string;
  private readonly login: { readonly email: string; readonly password: string };

  constructor(url: () => string, login: { readonly email: string; readonly password: string }) {
    this.url = url;
    this.login = login;
  }

  get authorization(): string {
    return `Bearer ${this.token}`;
  }

  async signIn(): Promise<void> {
    const { body } = await this.send('POST', '/v1/auth/login', this.login);
    this.token = String(body['accessToken']);
  }

  /** Rejects when there was no answer. */
  async send(method: string, path: string, body?: unknown, timeoutMs = 60_000): Promise<Answer> {
    const response = await fetch(`${this.url()}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(this.token === '' ? {} : { authorization: this.authorization }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
  }

  /** What has to succeed at the first try. */
  async must(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.send(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
}
