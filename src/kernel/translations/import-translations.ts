import { openWorkOf, withSavepoint } from '../db/twins.js';
import type { OpenWork } from '../db/open-work.js';
import { DomainError, invalid } from '../errors/domain-error.js';
import { boolean, integer, list, object, text } from '../resource/fields.js';
import { sourceHashOf } from '../resource/translations.js';
import { defineCommand } from '../usecase/define-command.js';
import { enabledLanguage, languageErrors } from './company-languages.js';
import { readCsv } from './csv.js';
import { longestFile } from './export-translations.js';
import { textsFrom } from './set-translations.js';
import { resourceWithTexts, writeTexts } from './write-texts.js';
import { readXliff, type Unit, type Xliff } from './xliff.js';

const mostUnits = 500;
const problem = {
  recordId: text(36, { required: true, description: 'The record whose texts were not taken.' }),
  code: text(80, { required: true, description: 'Why.' }),
  message: text(500, { required: true, description: 'Why, in a sentence.' }),
};

export const importTranslations = defineCommand({
  name: 'translation.import',
  summary: 'Take back what translators made of a file of texts.',
  description:
    'XLIFF 2 or CSV, as `translation.export` hands it out: one of them. What has no target is left as it is; a text that has changed since the export is taken and counts as outdated. Records that cannot be changed are named, and the others are written.',
  graphql: 'importTranslations',
  rest: { path: '/translations/import' },
  input: {
    xliff: text(longestFile, { description: 'The file, when it is XLIFF.' }),
    csv: text(longestFile, { description: 'The file, when it is CSV.' }),
    dryRun: boolean({ default: false, description: 'Only tells what would be.' }),
  },
  output: {
    language: text(35, { required: true, description: 'The language of the targets.' }),
    texts: integer({ required: true, description: 'Texts that were taken.' }),
    outdated: integer({ required: true, description: 'Those of them that were made of a text that has changed since.' }),
    records: integer({ required: true, description: 'Records that changed.' }),
    problems: list(object(problem, { name: 'TranslationProblem', required: true }), { required: true, description: 'What was not taken.' }),
  },
  errors: { ...languageErrors, 'translation.bad_file': 'The file is no XLIFF 2 or CSV that can be read, or too long.' },

  async run({ xliff, csv, dryRun }, given) {
    const work = openWorkOf(given);
    const { language: tag, units } = readFile(xliff ?? null, csv ?? null);
    if (units.length > mostUnits)
      throw invalid('translation.bad_file', `The file has ${units.length} texts; at most ${mostUnits} are taken at once.`);
    const language = await enabledLanguage(work, tag);
    const told = { language, texts: 0, outdated: 0, records: 0, problems: [] as Problem[] };
    const records = Map.groupBy(
      units.filter(({ target }) => target !== null && /\S/.test(target)),
      ({ recordId }) => recordId.toLowerCase(),
    );
    // In the order of their ids, so that two imports at once do not wait for each other in a ring.
    for (const [recordId, some] of [...records].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      const taken = await take(work, { recordId, language, units: some, dryRun: dryRun ?? false });
      if ('problem' in taken) told.problems.push(taken.problem);
      else {
        told.texts += some.length;
        told.outdated += taken.outdated;
        told.records += taken.changed ? 1 : 0;
      }
    }
    return told;
  },
});

function readFile(xliff: string | null, csv: string | null): Xliff {
  if (xliff !== null && csv === null) return readXliff(xliff);
  if (csv !== null && xliff === null) return readCsv(csv);
  throw invalid('translation.bad_file', 'One file is wanted: `xliff` or `csv`.');
}

interface Problem {
  readonly recordId: string;
  readonly code: string;
  readonly message: string;
}
interface Taking {
  readonly recordId: string;
  readonly language: string;
  readonly units: readonly Unit[];
  readonly dryRun: boolean;
}
type Taken = { readonly changed: boolean; readonly outdated: number } | { readonly problem: Problem };

class OnlyTried extends Error {
  constructor(readonly taken: Taken) {
    super();
  }
}

/** The texts of one record: all of them or none. */
async function take(work: OpenWork, taking: Taking): Promise<Taken> {
  try {
    return await withSavepoint(work, async () => {
      const taken = await takeTexts(work, taking);
      if (taking.dryRun) throw new OnlyTried(taken);
      return taken;
    });
  } catch (error) {
    if (error instanceof OnlyTried) return error.taken;
    if (!(error instanceof DomainError)) throw error;
    return { problem: { recordId: taking.recordId, code: error.code, message: error.message.slice(0, 500) } };
  }
}

async function takeTexts(work: OpenWork, { recordId, language, units }: Taking): Promise<Taken> {
  const resource = resourceWithTexts(work, recordId);
  const row: Readonly<Record<string, unknown>> = { ...(await work.repo(resource).lock(recordId)) };
  const texts = textsFrom(resource, Object.fromEntries(units.map(({ field, target }) => [field, target])));
  const sources = new Map(units.map(({ field, source }) => [field, sourceHashOf(source)]));
  const { changed } = await writeTexts(work, resource, {
    recordId,
    language,
    texts: texts.map((one) => ({ ...one, sourceHash: sources.get(one.field) ?? null })),
  });
  const isOutdated = ({ field, source }: Unit) => typeof row[field] === 'string' && row[field] !== source;
  return { changed, outdated: units.filter(isOutdated).length };
}
