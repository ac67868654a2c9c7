import { conflict, invalid, notFound } from '#kernel/errors/domain-error.js';
import { boolean, choice, json, ref, text } from '#kernel/resource/fields.js';
import { defineCommand } from '#kernel/usecase/define-command.js';
import type { Work } from '#kernel/usecase/work.js';
import { speaksFor } from './speaks-for.js';
import { importStates, may, type ImportState, type ImportVerb } from '../domain/states.js';
import { continueImport } from '../jobs/continue-import.job.js';
import { templateNamed } from '../mappings/templates.js';
import { forgetChunks } from '../store/chunks.js';
import { keptDays } from '../store/files.js';
import { forgetIssues, forgetKept } from '../store/issues.js';
import { checkDefinition, mayCarryOut } from './check-definition.js';
import { mended } from './give-up.js';
import { ImportMapping } from './import-mapping.resource.js';
import { ImportRun } from './import-run.resource.js';

const importId = ref('import', { required: true });
const output = { state: choice(importStates, { required: true }) };
const notNow = { 'import.not_now': 'The import is in a state in which this cannot be asked of it.' };

async function lockFor(work: Work, id: string, verb: ImportVerb): Promise<ImportRun> {
  const run = await work.repo(ImportRun).lock(id);
  if (may(verb, run.state)) return run;
  throw conflict('import.not_now', `The import is ${run.state.replaceAll('_', ' ')}: this cannot be asked of it now.`, {
    state: run.state,
  });
}

/** Wakes a worker. Each turn of an import has a key of its own: a task that has run does not run again. */
const goOn = (work: Work, run: ImportRun) =>
  work.schedule(continueImport, { key: `${run.id}:${run.version}`, payload: { importId: run.id } });

async function moveTo(work: Work, id: string, state: ImportState): Promise<{ state: ImportState }> {
  await goOn(work, await work.system.repo(ImportRun).update(id, { state }));
  return { state };
}

/** Counts and what was found start anew. */
const afresh = {
  position: { step: 0, record: 0 },
  total: 0,
  processed: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  skipped: 0,
  rejected: 0,
  issueCount: 0,
  steps: [],
} as const;

export const mapImport = defineCommand({
  name: 'import.map',
  summary: 'Say what the files of an import mean.',
  description:
    'By a mapping that was saved, by a template that comes with the product, or by a definition of its own. It can be said anew until the import is started.',
  input: {
    importId,
    mappingId: ref('import_mapping', { description: 'A mapping that was saved.' }),
    template: text(80, {
      description:
        'A mapping that comes with the product: `salesforce`, `hubspot`, `pipedrive`, `zoho`, `suitecrm`, `espocrm`, `dynamics`.',
    }),
    definition: json({ description: 'What the files mean, when it is said here.' }),
  },
  output,
  errors: {
    ...notNow,
    'import.mapping_unfit': 'The mapping names what is not there, or cannot be understood; each place is listed.',
    'import.mapping_unknown': 'There is no mapping of that name.',
    'import.mapping_missing': 'One of mappingId, template and definition must be given.',
  },

  async run({ importId: id, ...by }, work) {
    await lockFor(work, id, 'map');
    const { name, given, mappingId } = await chosen(work, by);
    const { stored, mapping, writesHistory } = checkDefinition(work, name, given);
    mayCarryOut(work, mapping, writesHistory);
    const system = work.system;
    await forgetChunks(system, { importId: id, phase: 'dry' });
    await forgetIssues(system, id);
    await system.repo(ImportRun).update(id, { ...afresh, state: 'mapped', mapping: name, mappingId, definition: stored, dryRun: null });
    return { state: 'mapped' as const };
  },
});

interface Choice {
  readonly mappingId?: string | null | undefined;
  readonly template?: string | null | undefined;
  readonly definition?: unknown;
}

async function chosen(
  work: Work,
  { mappingId, template, definition }: Choice,
): Promise<{ name: string; given: unknown; mappingId: string | null }> {
  const ways = [mappingId, template, definition].filter((way) => way !== undefined && way !== null);
  if (ways.length !== 1) throw invalid('import.mapping_missing', 'Give one of mappingId, template and definition.');
  if (mappingId) {
    const saved = await work.repo(ImportMapping).get(mappingId);
    return { name: saved.name, given: saved.definition, mappingId };
  }
  if (!template) return { name: 'own', given: definition, mappingId: null };
  const found = templateNamed(template);
  if (!found) throw notFound('import.mapping_unknown', `There is no template "${template.slice(0, 80)}".`);
  return { name: template, given: found, mappingId: null };
}

export const dryRunImport = defineCommand({
  name: 'import.dry_run',
  summary: 'Find out what an import would do with every row, and do none of it.',
  description: 'In the background; then the import is `ready`, `dryRun` has the counts, `rows` every fate, and the issues what is wrong.',
  input: { importId },
  output,
  errors: notNow,

  async run({ importId: id }, work) {
    const run = await lockFor(work, id, 'dryRun');
    checkRights(work, run);
    await forgetChunks(work.system, { importId: id, phase: 'dry' });
    await forgetIssues(work.system, id);
    await work.system.repo(ImportRun).update(id, { ...afresh, speaksFor: speaksFor(work.actor), dryRun: null });
    return moveTo(work, id, 'dry_running');
  },
});

export const startPrepared = defineCommand({
  name: 'import.start',
  summary: 'Start an import that is ready.',
  input: {
    importId,
    withoutDryRun: boolean({ description: 'True: start although it was not tried before.' }),
  },
  output,
  errors: { ...notNow, 'import.not_tried': 'The import was not tried yet: ask for a dry run first, or say that none is wanted.' },

  async run({ importId: id, withoutDryRun }, work) {
    const run = await lockFor(work, id, 'start');
    if (run.state === 'mapped' && withoutDryRun !== true)
      throw conflict('import.not_tried', 'The import was not tried yet. Ask for a dry run first, or start it with withoutDryRun.');
    checkRights(work, run);
    await forgetIssues(work.system, id);
    await work.system.repo(ImportRun).update(id, { ...afresh, speaksFor: speaksFor(work.actor) });
    return moveTo(work, id, 'running');
  },
});

/** Whoever starts it answers for it: his rights count, not those of who mapped it. */
function checkRights(work: Work, run: ImportRun): void {
  const { mapping, writesHistory } = checkDefinition(work, run.mapping, run.definition);
  mayCarryOut(work, mapping, writesHistory);
}

export const pauseImport = defineCommand({
  name: 'import.pause',
  summary: 'Let an import rest after the rows it is writing just now.',
  input: { importId },
  output,
  errors: notNow,

  async run({ importId: id }, work) {
    await lockFor(work, id, 'pause');
    await work.system.repo(ImportRun).update(id, { state: 'paused' });
    return { state: 'paused' as const };
  },
});

export const resumeImport = defineCommand({
  name: 'import.resume',
  summary: 'Go on with an import that rests, or that broke off.',
  description: 'One that failed with `import.broke_off` goes on with what it was doing, from the row it had come to.',
  input: { importId },
  output,
  errors: {
    ...notNow,
    'import.broke_off':
      'The `failureCode` of an import that broke off several times at the same place. What it had written stays; it can be resumed.',
  },

  async run({ importId: id }, work) {
    const { state, brokeOffIn } = await lockFor(work, id, 'resume');
    if (state === 'failed' && brokeOffIn === null)
      throw conflict('import.not_now', 'The import failed for a reason that trying again does not mend.', { state });
    await work.system.repo(ImportRun).update(id, { ...mended });
    return moveTo(work, id, importStates.find((one) => one === brokeOffIn) ?? 'running');
  },
});

export const takeBackImport = defineCommand({
  name: 'import.revert',
  summary: 'Take an import back.',
  description:
    'Records it made are deleted, records it changed and links it set are put back as they were. What somebody has changed or used since stays as it is and is listed among the issues with the rule `kept`; once that has been taken back itself, this can be asked for again.',
  input: { importId },
  output,
  errors: notNow,

  async run({ importId: id }, work) {
    const run = await lockFor(work, id, 'revert');
    if (run.finishedAt && run.finishedAt.getTime() < work.now.getTime() - keptDays * 86_400_000)
      throw conflict('import.not_now', `The journal of the import has gone: it is kept for ${keptDays} days.`, { state: run.state });
    await forgetKept(work.system, id);
    const anew = { position: { step: 32_000, record: 0 }, kept: 0, issueCount: Math.max(0, run.issueCount - run.kept) };
    await work.system.repo(ImportRun).update(id, { ...anew, ...mended });
    return moveTo(work, id, 'reverting');
  },
});
