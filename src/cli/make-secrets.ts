import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { Command } from 'commander';

/** `kontor make-secrets`: a fresh set of secrets as lines of an .env file. */
export const register = (program: Command): void => {
  program
    .command('make-secrets')
    .description('Print fresh passwords and keys as lines of an .env file, for docker-compose.yml or a production installation.')
    .action(() => {
      for (const name of ['POSTGRES_PASSWORD', 'KONTOR_OWNER_PASSWORD', 'KONTOR_APP_PASSWORD', 'KONTOR_SECRET', 'KONTOR_OPS_TOKEN']) {
        console.log(`${name}=${randomBytes(32).toString('base64url')}`);
      }
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim();
      console.log(`JWT_PRIVATE_KEY="${pem.replaceAll('\n', '\\n')}"`);
    });
};
