import type { Config } from './config.js';
import { demoLogin } from './demo/ensure-demo.js';

/** What a person who started Kontor wants to know first. */
export function banner(config: Pick<Config, 'host' | 'home'>, listening: string, isDemo: boolean): string {
  const url =
    config.host === '0.0.0.0' || config.host === '127.0.0.1' || config.host === '::'
      ? `http://localhost:${new URL(listening).port}`
      : listening;
  const lines = [
    '',
    '  Kontor is running.',
    '',
    `  Start here         ${url}/`,
    `  GraphQL            ${url}/graphql`,
    `  GraphQL explorer   ${url}/explorer`,
    `  REST               ${url}/v1`,
    `  REST documentation ${url}/docs`,
    `  Job board          ${url}/jobs`,
    `  Health             ${url}/readyz`,
    `  Metrics            ${url}/metrics`,
    ...(isDemo ? ['', `  Demo login         ${demoLogin.email} / ${demoLogin.password}`] : []),
    '',
    `  Data in ${config.home}. Stop with Ctrl-C; start over with "npm run reset".`,
    '',
  ];
  return `${lines.join('\n')}\n`;
}
