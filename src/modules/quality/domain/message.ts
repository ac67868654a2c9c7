/** A text in the language asked for, else in English, else in whatever there is. */
export const messageOf = (messages: Readonly<Record<string, string>>, language: string | undefined): string =>
  messages[(language ?? 'en').slice(0, 2)] ?? messages['en'] ?? Object.values(messages)[0] ?? '';
