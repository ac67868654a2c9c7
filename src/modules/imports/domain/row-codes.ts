interface RowCode {
  readonly en: string;
  readonly de: string;
}

/** What can be wrong with a row, and how it is said. Beside these there are the codes of field rules and the rules of the company itself. */
export const rowCodes: Readonly<Record<string, RowCode>> = {
  parse_date: { en: 'is no day or time as they are written here', de: 'ist kein Tag und keine Uhrzeit, wie sie hier geschrieben werden' },
  parse_number: { en: 'is no number as they are written here', de: 'ist keine Zahl, wie sie hier geschrieben wird' },
  parse_json: { en: 'is no JSON object', de: 'ist kein JSON-Objekt' },
  enum_unknown: { en: 'is none of the options', de: 'ist keine der Auswahlmöglichkeiten' },
  enum_ambiguous: { en: 'could mean several of the options', de: 'kann mehrere der Auswahlmöglichkeiten meinen' },
  required_missing: { en: 'is missing', de: 'fehlt' },
  parent_not_found: { en: 'names a record that is not there', de: 'nennt einen Datensatz, den es nicht gibt' },
  owner_not_found: { en: 'names a user who is not there', de: 'nennt einen Benutzer, den es nicht gibt' },
  author_not_found: { en: 'names a user who is not there', de: 'nennt einen Benutzer, den es nicht gibt' },
  duplicate_in_file: { en: 'An earlier line has the same key', de: 'Eine frühere Zeile hat denselben Schlüssel' },
  conflicting_rows: {
    en: 'An earlier line says something else about the same thing',
    de: 'Eine frühere Zeile sagt über dasselbe etwas anderes',
  },
  duplicate_in_db: { en: 'There is a record with this key already', de: 'Einen Datensatz mit diesem Schlüssel gibt es schon' },
  unique_violation: {
    en: 'Another record has this value, which no two may have',
    de: 'Ein anderer Datensatz hat diesen Wert, der nur einmal vorkommen darf',
  },
  not_found: { en: 'There is no record to change', de: 'Es gibt keinen Datensatz, der zu ändern wäre' },
  too_long: { en: 'is too long', de: 'ist zu lang' },
  column_count: { en: 'The line has more or fewer cells than the header', de: 'Die Zeile hat mehr oder weniger Zellen als die Kopfzeile' },
  header_again: { en: 'The line is the header once more', de: 'Die Zeile ist noch einmal die Kopfzeile' },
  encoding: { en: 'holds characters that cannot be read or stored', de: 'enthält Zeichen, die nicht zu lesen oder zu speichern sind' },
  no_right: {
    en: 'belongs to another system, which alone writes it',
    de: 'gehört einem anderen System, das allein es schreibt',
  },
  no_home: { en: 'There is nothing here that holds such rows', de: 'Hier gibt es nichts, was solche Zeilen aufnimmt' },
};

const own: Readonly<Record<string, string>> = { required: 'required_missing', not_allowed: 'enum_unknown' };

/** The code of a row by what refused it: a field rule, or the database. */
export const rowCodeOf = (code: string): string => own[code] ?? (/^[a-z_0-9]+\.[a-z_0-9]+_taken$/.test(code) ? 'unique_violation' : code);

/** What a code says of a column in the language of a reader; null where only its message can. */
export function saidOf(code: string, language: string | undefined): string | null {
  const known = Object.hasOwn(rowCodes, code) ? rowCodes[code] : undefined;
  return known && /^de\b/i.test(language ?? '') ? known.de : null;
}
