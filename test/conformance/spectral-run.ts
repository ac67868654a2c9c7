// Runs in a process of its own, whose memory ends with it.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

interface Finding {
  readonly code: string | number;
  readonly message: string;
  readonly path: readonly (string | number)[];
}
interface Spectral {
  setRuleset(ruleset: object): void;
  run(document: object): Promise<readonly Finding[]>;
}
interface Core {
  readonly Spectral: new () => Spectral;
  readonly Document: new (text: string, parser: object, name: string) => object;
}

/* CommonJS without types that fit: loaded as such, typed by what is used of it. */
const load = createRequire(import.meta.url);
const { Spectral, Document } = load('@stoplight/spectral-core') as Core;
const { Json } = load('@stoplight/spectral-parsers') as { Json: object };
const { oas } = load('@stoplight/spectral-rulesets') as { oas: object };
const owasp = load('@stoplight/spectral-owasp-ruleset') as { default?: object };

const linter = new Spectral();
linter.setRuleset({
  extends: [
    [oas, 'recommended'],
    [owasp.default ?? owasp, 'recommended'],
  ],
  rules: {},
});
const found = await linter.run(new Document(readFileSync(0, 'utf8'), Json, 'openapi.json'));
process.stdout.write(JSON.stringify(found.map(({ code, message, path }) => ({ code: String(code), message, path: path.join('/') }))));
