import { getMetadataStorage, ValidationTypes } from 'class-validator';

type Metadata = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];
/** Whether a value of an instance passes. */
type Check = (value: unknown, instance: object) => boolean;
type Checks = ReadonlyMap<string, Check>;

const known = new WeakMap<object, Checks | null>();

/**
 * Whether class-validator would find nothing wrong with an instance of `dto`, by its own validators, looked up once a class instead of
 * at every call. False says nothing: ask class-validator, which words what is wrong.
 */
export function accepts(dto: new () => object, instance: Readonly<Record<string, unknown>>): boolean {
  const checks = known.get(dto) ?? null;
  if (checks === null && known.has(dto)) return false;
  if (checks === null) {
    known.set(dto, compile(dto));
    return accepts(dto, instance);
  }
  for (const [property, passes] of checks) if (!passes(instance[property], instance)) return false;
  return true;
}

/** Null when a rule is of a kind that nobody here uses. */
function compile(dto: new () => object): Checks | null {
  const storage = getMetadataStorage();
  const byProperty = storage.groupByPropertyName(storage.getTargetValidationMetadatas(dto, '', false, false));
  const checks = new Map<string, Check>();
  for (const [property, metadatas] of Object.entries(byProperty)) {
    if (!metadatas.every(isPlain)) return null;
    checks.set(property, checkOf(property, metadatas));
  }
  return checks;
}

const rules: readonly string[] = [ValidationTypes.CUSTOM_VALIDATION, ValidationTypes.IS_DEFINED];
const isCondition = ({ type }: Metadata): boolean => type === ValidationTypes.CONDITIONAL_VALIDATION;
const isPlain = (metadata: Metadata): boolean =>
  (isCondition(metadata) || rules.includes(metadata.type)) && !metadata.each && (metadata.groups ?? []).length === 0;

function checkOf(property: string, metadatas: readonly Metadata[]): Check {
  const conditions = metadatas.filter(isCondition).map(({ constraints }) => conditionOf(constraints));
  const checks = metadatas.filter(({ type }) => rules.includes(type)).flatMap((metadata) => checksOf(property, metadata));
  return (value, instance) => !conditions.every((applies) => applies(instance, value)) || checks.every((holds) => holds(value, instance));
}

function conditionOf([condition]: readonly unknown[]): (instance: object, value: unknown) => boolean {
  return typeof condition === 'function'
    ? (instance, value) => Boolean((condition as (a: object, b: unknown) => unknown)(instance, value))
    : () => true;
}

function checksOf(property: string, { constraintCls, constraints, target }: Metadata): Check[] {
  const targetName = typeof target === 'string' ? target : target.name;
  return getMetadataStorage()
    .getTargetValidatorConstraints(constraintCls)
    .map(
      ({ instance: validator }): Check =>
        (value, object) =>
          validator.validate(value, { targetName, property, object, value, constraints }) === true,
    );
}
