import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureFolder } from './ensure-folder.js';

test('folders above are made too, and what is there is left', () => {
  const root = mkdtempSync(join(tmpdir(), 'kontor-folder-'));
  ensureFolder(join(root, 'a', 'b c'));
  ensureFolder(join(root, 'a', 'b c'));
  expect(existsSync(join(root, 'a', 'b c'))).toBe(true);
  rmSync(root, { recursive: true });
});

test('where no folder can be made it says so instead of trying for ever', () => {
  expect(() => ensureFolder('/proc/kontor/home')).toThrow(/No folder can be made at|EACCES|EPERM|EROFS/);
});
