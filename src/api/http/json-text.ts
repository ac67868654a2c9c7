import { invalid } from '#kernel/errors/domain-error.js';

/** Levels of lists and objects in anything sent to REST; fields that take any JSON allow fewer. */
const deepest = 64;
const [QUOTE, BACKSLASH, OPEN_OBJECT, OPEN_LIST] = [0x22, 0x5c, 0x7b, 0x5b];
const isOpening = (char: number) => char === OPEN_OBJECT || char === OPEN_LIST;
const isClosing = (char: number) => char === 0x7d || char === 0x5d;

/**
 * Refuses what JSON.parse would take although nobody can mean it: a member that is named twice (readers differ on which
 * counts), and more levels than what comes after can walk down. What is no JSON at all is left to the parser.
 */
export function refuseOddJson(text: string): void {
  const members: (Set<string> | null)[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      const end = endOfString(text, at);
      const known = members.at(-1);
      if (known && isMemberName(text, end)) addMember(known, text.slice(at, end));
      at = end - 1;
    } else if (isOpening(char)) {
      members.push(char === OPEN_OBJECT ? new Set() : null);
      if (members.length > deepest) throw invalid('input.too_deep', `The JSON has more than ${deepest} levels.`);
    } else if (isClosing(char)) members.pop();
  }
}

/** JSON from a client as a value; undefined when it is none. */
export function readJson(text: string): unknown {
  refuseOddJson(text);
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Behind the closing quote. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let slashes = 0;
    while (text.charCodeAt(at - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return at + 1;
  }
  return text.length;
}

function isMemberName(text: string, end: number): boolean {
  let at = end;
  while (at < text.length && ' \t\r\n'.includes(text.charAt(at))) at++;
  return text.charAt(at) === ':';
}

function addMember(known: Set<string>, quoted: string): void {
  const name = quoted.includes('\\') ? plainName(quoted) : quoted.slice(1, -1);
  if (known.has(name)) throw invalid('input.duplicate_member', `The JSON names the member "${name.slice(0, 80)}" twice in one object.`);
  known.add(name);
}

function plainName(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
