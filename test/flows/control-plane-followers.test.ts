import { afterAll, beforeAll, expect } from 'vitest';
import { desk, open } from './support/control-plane.ts';
import './support/key-stories.ts';
import './support/test-event-stories.ts';
import './support/position-stories.ts';
import './support/vault-stories.ts';

/** Keys, test events and positions of followers, a vault's settings, its NAV, and who follows it (SPEC 4): one platform for all. */
beforeAll(open);
afterAll(async () => {
  await desk.close();
  expect([...desk.contractFaults]).toEqual([]);
});
