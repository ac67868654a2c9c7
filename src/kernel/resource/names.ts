/** `opportunityStage` → `opportunity_stage`. */
export const snake = (name: string) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** `opportunity_stage` or `opportunity.stage` → `opportunityStage`. */
export const camel = (name: string) => name.replace(/[_.-]([a-z0-9])/g, (_, c: string) => c.toUpperCase());

/** `price_list` → `PriceList`. */
export const pascal = (name: string) => {
  const word = camel(name);
  return word.charAt(0).toUpperCase() + word.slice(1);
};

/** `price_lists` → `price-lists`. */
export const kebab = (name: string) => snake(name).replaceAll('_', '-');

/** The name of a resource as people say it, `price list`. */
export const words = ({ name }: { readonly name: string }): string => name.replaceAll('_', ' ');
