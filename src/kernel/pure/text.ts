/** The text of a value that is text already, or a number, or knows how to say itself. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(value));
