import { hash, verify } from '@node-rs/argon2';
import { invalid, unavailable } from '#kernel/errors/domain-error.js';

const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
export const shortestPassword = 10;
/** Checked before hashing, so that nobody makes us hash a book. */
export const longestPassword = 256;

/** A hash of nothing anybody knows: checking a password takes as long when the account does not exist. */
export const nobodysHash = '$argon2id$v=19$m=19456,t=2,p=1$/BNGKTCJ+u8knMZIomsyHg$/S9o5CaFAC/mkm22iiT4XTQ2VVFvmkevbI9d59L3bLg';

/** One hash takes a core and 19 MiB for some 20 ms: two at once, and a short queue. */
const mostAtOnce = 2;
const longestQueue = 100;
let running = 0;
const waiting: (() => void)[] = [];

export function hashPassword(password: string): Promise<string> {
  const problem = passwordProblem(password);
  if (problem) throw invalid('user.password_unfit', problem, { errors: [{ path: '/password', code: 'unfit', message: problem }] });
  return inTurn(() => hash(password, cost));
}

/** Whether `password` belongs to `stored`. Too long ones are compared too, cut: refusing takes the same time. */
export async function passwordFits(stored: string, password: string): Promise<boolean> {
  const fits = await inTurn(() => verify(stored, password.slice(0, longestPassword)));
  return fits && password.length <= longestPassword;
}

function passwordProblem(password: string): string | null {
  if (password.length < shortestPassword) return `A password has at least ${shortestPassword} characters.`;
  if (password.length > longestPassword) return `A password has at most ${longestPassword} characters.`;
  return null;
}

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= mostAtOnce) {
    if (waiting.length >= longestQueue)
      throw unavailable('auth.busy', 'Too many people are signing in at this moment. Try again in a second.', { retryAfter: 1 });
    await new Promise<void>((go) => waiting.push(go));
  } else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
