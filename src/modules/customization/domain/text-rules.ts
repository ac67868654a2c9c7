/** A wall-clock time as it is kept: `09:30`, `09:30:15`. */
export const isTimeOfDay = (text: unknown): boolean => typeof text === 'string' && /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(text);

/** A place on earth: `{"latitude": 52.52, "longitude": 13.405}`. */
export function isPlace(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const within = (name: string, most: number) => entries.some(([key, n]) => key === name && typeof n === 'number' && Math.abs(n) <= most);
  return entries.length === 2 && within('latitude', 90) && within('longitude', 180);
}

const letter = /^\p{L}$/u;
const digit = /^\d$/;

/** Whether a text has the form of a mask: `A` is a letter, `9` a digit, `*` any sign, everything else itself. */
export function fitsMask(text: string, mask: string): boolean {
  const signs = Array.from(text);
  const places = Array.from(mask);
  return signs.length === places.length && places.every((place, i) => fits(signs[i] ?? '', place));
}

function fits(sign: string, place: string): boolean {
  if (place === 'A') return letter.test(sign);
  if (place === '9') return digit.test(sign);
  return place === '*' || sign === place;
}

const numberPattern = /^[A-Za-z0-9 _./-]*(\{year\})?[A-Za-z0-9 _./-]*\{0{1,12}\}[A-Za-z0-9 _./-]*$/;
/** `C-{year}-{00000}`. */
export const isNumberPattern = (pattern: string): boolean => pattern.length <= 60 && numberPattern.test(pattern);
