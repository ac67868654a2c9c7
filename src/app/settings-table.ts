/** One setting as an operator reads it. The README's table is made from these. */
export interface SettingText {
  /** What it does. */
  readonly about: string;
  /** What a value has to look like; completes "NAME must be …". */
  readonly must: string;
  /** What counts when it is not set, in words or as the value itself. */
  readonly unset: string;
  /** Never shown in an error, a log or by `doctor`. */
  readonly secret?: true;
  readonly requiredInProduction?: true;
}

export const SETTINGS = {
  NODE_ENV: {
    about: 'What this installation is for. `production` refuses the demo login and made-up keys.',
    must: 'development, test or production',
    unset: 'development',
  },
  PORT: { about: 'TCP port of the HTTP server.', must: 'a whole number from 0 to 65535 (0 takes any free port)', unset: '3000' },
  HOST: {
    about: 'Address the HTTP server listens on. `0.0.0.0` lets other machines in.',
    must: 'an IP address or host name',
    unset: '127.0.0.1',
  },
  PUBLIC_URL: {
    about: 'Address clients reach this installation at; links in mails are built from it.',
    must: 'an http or https address without a path, such as https://crm.example.org',
    unset: 'http://localhost:<PORT>',
    requiredInProduction: true,
  },
  TRUST_PROXY: {
    about: 'Whose X-Forwarded-For is believed: the number of proxies in front, or their addresses.',
    must: 'true, false, a number of proxies, or addresses and networks parted by commas',
    unset: 'false',
  },
  KONTOR_HOME: {
    about: 'Folder for the embedded database, made-up keys, uploaded files and mails that are not sent.',
    must: 'a folder path',
    unset: '.kontor',
  },
  DATABASE_URL: {
    about: 'PostgreSQL 15 or later, as the application role (no superuser, no owner). Not set: the embedded PostgreSQL in KONTOR_HOME.',
    must: 'an address like postgres://kontor_app:password@host:5432/kontor',
    unset: 'embedded PostgreSQL',
    secret: true,
  },
  DATABASE_OWNER_URL: {
    about: 'The same database as the owner of its tables; used by migrations only.',
    must: 'an address like postgres://kontor_owner:password@host:5432/kontor',
    unset: 'no migrations on an outside database',
    secret: true,
  },
  DB_POOL_SIZE: {
    about: 'Database connections of one process for requests; one that runs tasks has 8 more.',
    must: 'a whole number from 2 to 500',
    unset: '10',
  },
  QUEUE_POOL_SIZE: {
    about: 'Database connections of one process for queues on PostgreSQL. Fewer than 13 count as 13.',
    must: 'a whole number from 2 to 500',
    unset: '13',
  },
  REDIS_URL: {
    about: 'Redis or Valkey for the queues.',
    must: 'an address like redis://host:6379',
    unset: 'queues in PostgreSQL',
    secret: true,
  },
  FILE_LIMIT_MB: { about: 'Largest file that can be uploaded, in MiB.', must: 'a whole number from 1 to 2047', unset: '25' },
  FILE_QUOTA_MB: {
    about: 'Room for the files of one company, in MiB; the same content counts once.',
    must: 'a whole number from 1 to 1000000000',
    unset: '10240',
  },
  SMTP_URL: {
    about: 'Mail server for outgoing mail.',
    must: 'an address like smtp://user:password@host:587',
    unset: 'mails are written to files in KONTOR_HOME',
    secret: true,
  },
  MAIL_FROM: {
    about: 'Sender of mails that have no other.',
    must: 'a mail address, or a name and one as in: Kontor <crm@example.org>',
    unset: 'Kontor <kontor@localhost>',
  },
  JWT_PRIVATE_KEY: {
    about: 'Signs access tokens: a P-256 private key in PEM (line breaks may be written as \\n).',
    must: 'a P-256 private key in PEM, as made by: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
    unset: 'made once and kept in KONTOR_HOME',
    secret: true,
    requiredInProduction: true,
  },
  JWT_PUBLIC_KEYS: {
    about: 'Public keys of retired private keys, in PEM one after the other: their tokens stay valid until they expire.',
    must: 'P-256 public keys in PEM',
    unset: 'none',
  },
  KONTOR_SECRET: {
    about: 'Root secret of signed links and cursors. All processes of one installation need the same.',
    must: 'at least 32 characters, as made by: openssl rand -base64 32',
    unset: 'made once and kept in KONTOR_HOME',
    secret: true,
    requiredInProduction: true,
  },
  KONTOR_OPS_TOKEN: {
    about:
      'Opens the job board, metrics, the documentation and the explorer to operators, as Bearer token or as Basic password. Without it they answer 404 in production; elsewhere this machine itself may see them.',
    must: '32 to 200 characters without blanks, as made by: openssl rand -base64 32',
    unset: 'no operator from outside',
    secret: true,
  },
  CORS_ORIGINS: {
    about: 'Web pages of these origins may call the API from a browser.',
    must: 'origins parted by commas, such as https://app.example.org,https://desk.example.org',
    unset: 'pages of PUBLIC_URL only',
  },
  RATE_LIMIT: {
    about: 'Requests a minute one user or API key may send to REST and GraphQL, counted over all processes. 0 sets no limit.',
    must: 'a whole number from 0 to 100000000',
    unset: '60000',
  },
  RATE_LIMIT_ANONYMOUS: {
    about:
      'Requests a minute one network address may send without a good token. 0 sets no limit. Behind a proxy set TRUST_PROXY too, or all count as one.',
    must: 'a whole number from 0 to 100000000',
    unset: '6000',
  },
  RATE_LIMIT_COST: {
    about:
      'What the GraphQL operations of one company may cost a minute (`extensions.cost`: rows that could be returned, and 10 for each verb), counted over all processes. 0 sets no limit.',
    must: 'a whole number from 0 to 1000000000',
    unset: '20000000',
  },
  GRAPHQL_INTROSPECTION: {
    about: 'Who may ask for the GraphQL schema. With `members` and `nobody`, who is not signed in is not answered at all.',
    must: 'everyone, members (who is signed in) or nobody',
    unset: 'everyone; in production members',
  },
  LOG_LEVEL: { about: 'How much is logged.', must: 'fatal, error, warn, info, debug, trace or silent', unset: 'info' },
} as const satisfies Readonly<Record<string, SettingText>>;

export type SettingName = keyof typeof SETTINGS;

/** The table of all settings in Markdown, for the README. */
export function settingsTable(): string {
  const rows = Object.entries<SettingText>(SETTINGS).map(([name, { about, unset, requiredInProduction }]) => {
    const needed = requiredInProduction ? ' Required in production.' : '';
    return `| \`${name}\` | ${about}${needed} | ${unset} |`;
  });
  return ['| Setting | What it does | When it is not set |', '|---|---|---|', ...rows].join('\n');
}
