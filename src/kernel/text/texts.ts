import type { Catalog } from './catalog.js';
import type { Language } from './language.js';
import { CatalogSpeaker, english, type Speaker } from './speaker.js';

/** What is said in every language but English. */
export type Catalogs = Readonly<Record<Exclude<Language, 'en'>, Catalog>>;

export class Texts {
  private readonly speakers: ReadonlyMap<Language, Speaker>;

  constructor(readonly catalogs: Catalogs) {
    this.speakers = new Map(
      Object.entries(catalogs).map(([language, catalog]) => [language as Language, new CatalogSpeaker(language as Language, catalog)]),
    );
  }

  speaker(language: Language): Speaker {
    return this.speakers.get(language) ?? english;
  }
}
