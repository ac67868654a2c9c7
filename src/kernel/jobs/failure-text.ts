const longest = 500;

/** What an operator may read about a failure: kind and first line, no stack, no passwords of addresses, no bound values. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return 'The task threw something that is not an error.';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const [line = ''] = error.message.split('\n');
  return `${code}: ${withoutSecrets(line)}`.slice(0, longest);
}

const withoutSecrets = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replaceAll(/\/\/[^\s/@]+@/g, '//***@')
    .replaceAll(/\b(bearer|basic)\s+[\w.~+/=-]+/gi, '$1 ***')
    .replaceAll(/\b(password|passwd|secret|token|api[_-]?key)(["']?\s*[:=]\s*)[^\s,;&]+/gi, '$1$2***');
