// Plain JavaScript on purpose: an old Node cannot even read main.ts, and npm with install scripts off runs the machine's Node.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(`VANTA needs Node 24, this is ${process.version}. Run "npm ci" with install scripts allowed, then "npm start".`);
  process.exit(1);
}
await import('./main.ts');
