import { boolean, choice, integer, json, list, object, text } from '#kernel/resource/fields.js';
import { defineCommand, defineQuery } from '#kernel/usecase/define-command.js';
import { invalid, notFound } from '#kernel/errors/domain-error.js';
import { expectedMetadata, metadataErrors, nextVersion } from '../definitions/next-version.js';
import { versionOf } from '../definitions/load-definitions.js';
import { createField } from '../field/create-field.js';
import { createObject } from '../object/create-object.js';
import { shippedPackages } from '../packages/shipped-packages.js';
import { carryOut } from './carry-out.js';
import type { MetadataPackage } from './package.js';
import { planInstall } from './plan-install.js';
import { readPackage } from './read-package.js';

export const installMetadata = defineCommand({
  name: 'metadata.install',
  summary: 'Install a package of fields and objects, one that comes with Kontor or one exported elsewhere.',
  description:
    'What is missing is made, what differs is changed, what is there beyond it stays. Installing again changes nothing. All of it or nothing; with `dryRun` it only tells the steps.',
  graphql: 'installMetadata',
  rest: { path: '/metadata/install' },
  input: {
    package: json({ description: 'The package, as an export gives it.' }),
    name: text(80, { description: 'Instead: the name of one that comes with Kontor.' }),
    dryRun: boolean({ description: 'Only tell what would be done.' }),
    metadataVersion: expectedMetadata,
  },
  output: {
    steps: list(
      object(
        {
          action: choice(['create', 'update', 'keep'], { required: true, description: 'What is done; `keep`: it is so already.' }),
          name: text(150, { required: true, description: 'The object, `x_contract`, or field, `x_contract.number`.' }),
        },
        { name: 'MetadataStep', required: true },
      ),
      { required: true, description: 'What is done, in order.' },
    ),
    metadataVersion: integer({ required: true }),
  },
  errors: {
    ...createObject.errors,
    ...createField.errors,
    ...metadataErrors,
    'metadata.package_malformed': 'The JSON is no package of fields and objects.',
    'metadata.package_unknown': 'No package of this name comes with Kontor.',
    'metadata.package_conflicts': 'What the package says is against what is there already; `conflicts` lists it.',
  },

  async run({ package: given, name, dryRun, metadataVersion: expected }, work) {
    const wanted = packageOf(given, name);
    const version = await versionOf(work);
    if (dryRun !== true) await nextVersion(work, expected);
    const steps = await planInstall(work, wanted);
    const told = steps.map(({ action, name: what }) => ({ action, name: what }));
    if (dryRun === true) return { steps: told, metadataVersion: version };
    await carryOut(work.system, steps);
    return { steps: told, metadataVersion: await versionOf(work) };
  },
});

function packageOf(given: unknown, name: string | null | undefined): MetadataPackage {
  if ((given === undefined || given === null) === (name === undefined || name === null))
    throw invalid('metadata.package_malformed', 'Give either a package or the name of one that comes with Kontor.', {
      errors: [{ path: '/package', code: 'package_malformed', message: 'or a name is needed, and not both' }],
    });
  if (name === undefined || name === null) return readPackage(given);
  const found = shippedPackages.find((one) => one.name === name);
  if (found) return found;
  throw notFound('metadata.package_unknown', `No package "${name.slice(0, 80)}" comes with Kontor.`, {
    known: shippedPackages.map((one) => one.name),
  });
}

export const listPackages = defineQuery({
  name: 'metadata.packages',
  summary: 'The packages of fields and objects that come with Kontor.',
  graphql: 'metadataPackages',
  rest: { method: 'GET', path: '/metadata/packages' },
  input: {},
  output: {
    packages: list(
      object(
        {
          name: text(80, { required: true, description: 'What it is installed by.' }),
          description: json({ required: true, description: 'What it is for, by language.' }),
          objects: integer({ required: true, description: 'How many objects it has.' }),
          fields: integer({ required: true, description: 'How many fields it has.' }),
        },
        { name: 'MetadataPackageInfo', required: true },
      ),
      { required: true },
    ),
  },

  run: () =>
    Promise.resolve({
      packages: shippedPackages.map(({ name, description, objects, fields }) => ({
        name,
        description,
        objects: objects.length,
        fields: fields.length,
      })),
    }),
});
