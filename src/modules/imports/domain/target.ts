/** What planning needs to know of a field of the resource. */
export interface Target {
  readonly kind: string;
  readonly options: { readonly required?: true };
}
export type Targets = Readonly<Record<string, Target>>;
