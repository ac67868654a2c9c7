import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';

interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly code: string;
  readonly detail: string;
}

const malformed: Refusal = {
  status: 400,
  title: 'Bad Request',
  code: 'request.malformed',
  detail: 'The request is not HTTP as it should be.',
};
const refusals: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    title: 'Request Header Fields Too Large',
    code: 'request.headers_too_large',
    detail: 'The headers are larger than 16 kB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request Timeout',
    code: 'request.timed_out',
    detail: 'The request did not arrive in time.',
  },
};

/** What the HTTP parser refuses, before there is a request: a problem document like any other, and the end of the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return void socket.destroy();
  const { status, title, code, detail } = refusals[error.code ?? ''] ?? malformed;
  const requestId = randomUUID();
  const body = JSON.stringify({ type: `/errors#${code}`, title, status, code, requestId, detail });
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Content-Language: en',
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    `X-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
