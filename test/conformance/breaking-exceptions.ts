/** What may break clients of the released document, and why. An entry that nothing needs any more fails the test. */
export const breakingExceptions: readonly { readonly change: RegExp; readonly reason: string }[] = [
  {
    change: /^get \/v1\/.* takes no query orderBy any more$/,
    reason: '`sort` is its name now, with orders through references; settled before anybody built on it.',
  },
  {
    change: /^post \/v1\/auth\/\w+ takes no header (user-agent|authorization) any more$/,
    reason: 'Said by mistake: every request carries them.',
  },
  {
    change: /^(patch|delete) \/v1\/price-lists\/\{priceListId\} now demands header If-Match$/,
    reason: 'Two people who change prices at once cost money: a price list takes a version.',
  },
  { change: /^PriceList\.(data|page|total) is gone$/, reason: 'The name stood for two things; the list of prices is PricePage.' },
];
