import type { RuleKind, RuleSettings } from './rule-kinds.js';

export interface ShippedRule {
  readonly key: string;
  readonly resource: string;
  readonly kind: RuleKind;
  readonly fields?: readonly string[];
  readonly settings?: RuleSettings;
  readonly condition?: string;
  readonly weight?: number;
  /** Comes switched off: it does not suit every company. */
  readonly isActive?: false;
  readonly messages: { readonly de: string; readonly en: string };
}

/** Lines of business as they are usually written; others are left alone. */
const sectors = [
  'agriculture',
  'automotive',
  'banking',
  'chemicals',
  'construction',
  'consulting',
  'education',
  'electronics',
  'employment',
  'energy',
  'entertainment',
  'environment',
  'finance',
  'food',
  'furniture',
  'glass',
  'government',
  'insurance',
  'logistics',
  'machinery',
  'manufacturing',
  'marketing',
  'media',
  'medical',
  'metal',
  'packaging',
  'pharmaceuticals',
  'plastics',
  'retail',
  'services',
  'software',
  'technology',
  'telecommunications',
  'textiles',
  'tourism',
  'transport',
  'utilities',
  'wholesale',
];

/** Rules every company starts with. They are found by the sweep; who wants to be warned at entry says so of each. */
export const shippedRules: readonly ShippedRule[] = [
  {
    key: 'deal-without-account',
    resource: 'opportunity',
    kind: 'required',
    fields: ['accountId'],
    weight: 3,
    messages: { de: 'Die Verkaufschance hat keine Firma.', en: 'The deal has no account.' },
  },
  {
    key: 'deal-closes-before-it-began',
    resource: 'opportunity',
    kind: 'formula',
    fields: [],
    settings: { formula: 'isEmpty(closeOn) or isEmpty(engagedOn) or closeOn >= engagedOn' },
    weight: 2,
    messages: { de: 'Die Verkaufschance endet, bevor sie begonnen hat.', en: 'The deal closes before work on it began.' },
  },
  {
    key: 'deal-won-for-nothing',
    resource: 'opportunity',
    kind: 'formula',
    fields: [],
    settings: { formula: 'status != "won" or coalesce(amount.amount, 0) > 0' },
    weight: 2,
    messages: { de: 'Die gewonnene Verkaufschance hat keinen Betrag.', en: 'The deal was won and has no amount.' },
  },
  {
    key: 'deal-amount-out-of-line',
    resource: 'opportunity',
    kind: 'outlier',
    fields: ['amount'],
    settings: { per: 'productId' },
    condition: 'status = "won"',
    messages: {
      de: 'Der Betrag weicht weit von dem ab, was für dieses Produkt üblich ist.',
      en: 'The amount is far from what is usual for this product.',
    },
  },
  {
    key: 'deal-price-far-from-list',
    resource: 'opportunity',
    kind: 'deviation',
    fields: ['amount'],
    settings: { match: 'productId', resource: 'price', by: 'productId', field: 'unitPrice', tolerance: 0.5 },
    condition: 'status = "won"',
    isActive: false,
    messages: { de: 'Der Betrag ist weit vom Listenpreis entfernt.', en: 'The amount is far from the list price.' },
  },
  {
    key: 'deal-left-alone',
    resource: 'opportunity',
    kind: 'freshness',
    fields: ['updatedAt'],
    settings: { days: 180 },
    condition: 'status = "open"',
    isActive: false,
    messages: {
      de: 'An der Verkaufschance hat seit einem halben Jahr niemand gearbeitet.',
      en: 'Nobody has worked on the deal for half a year.',
    },
  },
  {
    key: 'seller-without-deals',
    resource: 'user',
    kind: 'children',
    fields: [],
    settings: { resource: 'opportunity', by: 'ownerId', least: 1 },
    condition: 'active and not isEmpty(managerId)',
    isActive: false,
    messages: { de: 'Der Benutzer hat keine einzige Verkaufschance.', en: 'The user has not a single deal.' },
  },
  {
    key: 'account-sector-misspelt',
    resource: 'account',
    kind: 'values',
    fields: ['sector'],
    settings: { values: sectors, near: true },
    messages: { de: 'Die Branche ist wohl falsch geschrieben.', en: 'The sector is probably misspelt.' },
  },
  {
    key: 'account-sector-rare',
    resource: 'account',
    kind: 'misspelt',
    fields: ['sector'],
    settings: { distance: 2, ratio: 20 },
    messages: { de: 'Die Branche ähnelt einer, die viel häufiger vorkommt.', en: 'The sector is like one that is much more frequent.' },
  },
  {
    key: 'account-twice',
    resource: 'account',
    kind: 'unique',
    fields: ['name'],
    settings: { loose: true },
    weight: 2,
    messages: { de: 'Eine andere Firma heißt fast genauso.', en: 'Another account has nearly the same name.' },
  },
  {
    key: 'contact-twice',
    resource: 'contact',
    kind: 'unique',
    fields: ['email'],
    settings: { loose: true },
    weight: 2,
    messages: { de: 'Ein anderer Kontakt hat dieselbe E-Mail-Adresse.', en: 'Another contact has the same e-mail address.' },
  },
  {
    key: 'contact-out-of-reach',
    resource: 'contact',
    kind: 'formula',
    fields: [],
    settings: { formula: 'not (isEmpty(email) and isEmpty(phone))' },
    messages: {
      de: 'Der Kontakt hat weder E-Mail-Adresse noch Telefonnummer.',
      en: 'The contact has neither e-mail address nor telephone number.',
    },
  },
  {
    key: 'product-twice',
    resource: 'product',
    kind: 'unique',
    fields: ['name'],
    settings: { loose: true },
    weight: 2,
    messages: { de: 'Ein anderes Produkt heißt fast genauso.', en: 'Another product has nearly the same name.' },
  },
];
