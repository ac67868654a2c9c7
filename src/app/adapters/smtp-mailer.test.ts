import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import type { OutgoingMail } from '#kernel/ports/ports.js';
import { FileMailer } from './file-mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

const mail = (more: Partial<OutgoingMail> = {}): OutgoingMail => ({
  from: { name: 'Kontor', address: 'news@kontor.example' },
  to: { name: 'Ada "x" <eve@evil.example>, Lovelace', address: 'ada@customer.example' },
  subject: 'Grüße\r\nBcc: eve@evil.example',
  html: '<p>Hello</p>',
  text: 'Hello',
  messageId: '<0199-1@kontor.example>',
  headers: {
    'List-Unsubscribe': `<https://kontor.example/public/v1/u/${'a'.repeat(200)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  },
  ...more,
});

interface Caught {
  readonly recipients: string[];
  readonly raw: string;
}

/** A real SMTP server whose answers the test scripts. */
async function smtp(answers: { rcpt?: number; data?: number } = {}) {
  const caught: Caught[] = [];
  const refuse = (code: number) => Object.assign(new Error('scripted'), { responseCode: code });
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo: (_address, _session, done) => done(answers.rcpt ? refuse(answers.rcpt) : null),
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (answers.data) return done(refuse(answers.data));
        caught.push({ recipients: session.envelope.rcptTo.map((to) => to.address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${port}`, socketTimeoutMs: 2000 });
  const close = async () => {
    await mailer.close();
    await new Promise<void>((resolve) => server.close(resolve));
  };
  return { caught, mailer, close };
}

/** A server that speaks just enough to break the line at a chosen moment. `served` counts finished messages. */
async function brokenServer(breakAt: 'greeting' | 'data' | 'dot' | 'silent' | 'second mail') {
  let served = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (breakAt === 'greeting') return socket.destroy();
    const session = { inData: false, mails: 0 };
    let buffer = '';
    socket.write('220 test\r\n');
    socket.on('data', (chunk: Buffer) => {
      buffer += chunk.toString();
      for (;;) {
        const mark = session.inData ? '\r\n.\r\n' : '\r\n';
        const end = buffer.indexOf(mark);
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + mark.length);
        const answer = session.inData ? ended(session) : commanded(session, line);
        if (answer === 'break') return void socket.destroy();
        if (answer) socket.write(`${answer}\r\n`);
      }
    });
  });
  const ended = (session: { inData: boolean }) => {
    session.inData = false;
    served += 1;
    return breakAt === 'dot' ? 'break' : breakAt === 'silent' ? null : '250 taken';
  };
  const commanded = (session: { inData: boolean; mails: number }, line: string) => {
    if (line.startsWith('MAIL') && (session.mails += 1) === 2 && breakAt === 'second mail') return 'break';
    if (line !== 'DATA') return '250 ok';
    if (breakAt === 'data') return 'break';
    session.inData = true;
    return '354 go';
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const mailer = new SmtpMailer({ url: `smtp://127.0.0.1:${port}`, socketTimeoutMs: 500, connectionTimeoutMs: 1000 });
  const close = async () => {
    await mailer.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { mailer, served: () => served, close };
}

describe('a mail that is accepted', () => {
  test('reaches exactly the address given, whatever its display name and subject try', async () => {
    const { caught, mailer, close } = await smtp();
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'accepted' });
    await close();
    expect(caught).toHaveLength(1);
    expect(caught[0]?.recipients).toEqual(['ada@customer.example']);
    const parsed = await simpleParser(caught[0]?.raw ?? '');
    expect(parsed.headers.has('bcc')).toBe(false);
    expect(parsed.subject).toContain('Grüße');
    expect(parsed.messageId).toBe('<0199-1@kontor.example>');
    expect(parsed.headers.get('list-unsubscribe-post')).toBeUndefined();
    expect(caught[0]?.raw).toContain('List-Unsubscribe-Post: List-Unsubscribe=One-Click');
    expect(caught[0]?.raw.replace(/\r\n\s+/g, '')).toContain(`<https://kontor.example/public/v1/u/${'a'.repeat(200)}>`);
    expect(parsed.text?.trim()).toBe('Hello');
  });

  test('two mails over one connection are two mails', async () => {
    const { caught, mailer, close } = await smtp();
    await mailer.send(mail());
    await mailer.send(mail({ messageId: '<2@kontor.example>' }));
    await close();
    expect(caught).toHaveLength(2);
  });
});

describe('a mail is ended only after a yes', () => {
  test('which is asked for once, when the server is ready to take it', async () => {
    const { caught, mailer, close } = await smtp();
    let asked = 0;
    const yes = () => {
      asked += 1;
      expect(caught).toHaveLength(0);
      return Promise.resolve(true);
    };
    expect(await mailer.send(mail(), yes)).toMatchObject({ outcome: 'accepted' });
    await close();
    expect([asked, caught.length]).toEqual([1, 1]);
  });

  test('and after a no, or when asking fails, the server has nothing and the next mail goes as ever', async () => {
    const { caught, mailer, close } = await smtp();
    expect(await mailer.send(mail(), () => Promise.resolve(false))).toMatchObject({ outcome: 'deferred' });
    await expect(mailer.send(mail(), () => Promise.reject(new Error('the database is away')))).rejects.toThrow('the database is away');
    expect(caught).toHaveLength(0);
    expect(await mailer.send(mail({ messageId: '<2@kontor.example>' }))).toMatchObject({ outcome: 'accepted' });
    await close();
    expect(caught).toHaveLength(1);
  });

  test('which is not asked for when the server says no before', async () => {
    const { mailer, close } = await smtp({ rcpt: 451 });
    const asked: boolean[] = [];
    expect(await mailer.send(mail(), () => Promise.resolve(asked.push(true) > 0))).toMatchObject({ outcome: 'deferred' });
    await close();
    expect(asked).toHaveLength(0);
  });
});

describe('what the server says is what is told', () => {
  test.each([
    ['refuses the recipient for good', { rcpt: 550 }, 'refused'],
    ['puts the recipient off', { rcpt: 451 }, 'deferred'],
    ['refuses the finished message', { data: 554 }, 'refused'],
    ['puts the finished message off', { data: 452 }, 'deferred'],
  ])('a server that %s', async (_what, answers, outcome) => {
    const { caught, mailer, close } = await smtp(answers);
    expect(await mailer.send(mail())).toMatchObject({ outcome });
    await close();
    expect(caught).toHaveLength(0);
  });
});

describe('when the line breaks', () => {
  test('before the greeting, the mail can be tried later', async () => {
    const { mailer, close } = await brokenServer('greeting');
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'deferred' });
    await close();
  });

  test('before the message was asked for, the mail can be tried later', async () => {
    const { mailer, served, close } = await brokenServer('data');
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'deferred' });
    expect(served()).toBe(0);
    await close();
  });

  test('after the final dot, nobody knows, and it is not handed over again', async () => {
    const { mailer, served, close } = await brokenServer('dot');
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'unknown' });
    expect(served()).toBe(1);
    await close();
  });

  test('a server that falls silent after the final dot leaves it unknown too', async () => {
    const { mailer, served, close } = await brokenServer('silent');
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'unknown' });
    expect(served()).toBe(1);
    await close();
  });

  test('on a connection the server had given up, the next one is used at once', async () => {
    const { mailer, served, close } = await brokenServer('second mail');
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'accepted' });
    expect(await mailer.send(mail({ messageId: '<2@kontor.example>' }))).toMatchObject({ outcome: 'accepted' });
    expect(served()).toBe(2);
    await close();
  });

  test('nobody listening is a reason to try later', async () => {
    const mailer = new SmtpMailer({ url: 'smtp://127.0.0.1:9', connectionTimeoutMs: 500 });
    expect(await mailer.send(mail())).toMatchObject({ outcome: 'deferred' });
    await mailer.close();
  });
});

test.each(['a@x.example, b@y.example', 'a@x.example\r\nRCPT TO:<b@y.example>', '<a@x.example>', 'a b@x.example', 'nobody'])(
  'M05 the address %j is refused before anything is sent',
  async (address) => {
    const { caught, mailer, close } = await smtp();
    expect(await mailer.send(mail({ to: { address } }))).toMatchObject({ outcome: 'refused' });
    await close();
    expect(caught).toHaveLength(0);
  },
);

test('E08 a file that a template names is not attached or read', async () => {
  const { caught, mailer, close } = await smtp();
  await mailer.send(mail({ html: '<img src="file:///etc/passwd">', text: 'x' }));
  await close();
  expect(caught[0]?.raw).not.toContain('root:');
});

test('without a server mails are caught as files, the same mail once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kontor mail '));
  const mailer = new FileMailer(join(folder, 'mail'));
  await mailer.send(mail());
  await mailer.send(mail());
  const files = await readdir(join(folder, 'mail'));
  expect(files).toHaveLength(1);
  expect((await simpleParser(await readFile(join(folder, 'mail', files[0] ?? '')))).subject).toContain('Grüße');
  await rm(folder, { recursive: true });
});
