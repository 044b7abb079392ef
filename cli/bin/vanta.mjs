#!/usr/bin/env node
// Plain JavaScript on purpose: an old Node cannot even read main.ts.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `vanta needs Node 22.18 or newer, this is ${process.version}. In a clone, "npm ci" brings Node 24 and "npx vanta" runs on it.`,
  );
  process.exit(2);
}
// Said to nobody who types a command: that Node reads TypeScript is how this works.
process.removeAllListeners('warning');
process.on('warning', (warning) => {
  if (warning.name !== 'ExperimentalWarning') console.error(warning);
});
// Later starts take a quarter of the time. In a folder that nobody else can write to: what lies there is run.
const { enableCompileCache } = await import('node:module');
const { homedir } = await import('node:os');
enableCompileCache(`${process.env.XDG_CACHE_HOME || `${homedir()}/.cache`}/vanta`);
const { main } = await import('../src/main.ts');
await main();
