import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Something that the machine or the user must put right: main prints the message without a stack and exits with 1. */
export class SetupError extends Error {}

/** Throws when this Node cannot run the platform (workers and TypeScript files need 24). */
export function checkNode(version: string = process.versions.node): void {
  if (Number(version.split('.')[0]) >= 24) return;
  throw new SetupError(`VANTA needs Node 24, this is ${version}. Start it with "npm start" after "npm ci".`);
}

/** What can run DynamoDB Local here; throws when there is neither Java 17 or newer nor a running Docker. */
export async function findDynamoRunner(): Promise<'java' | 'docker'> {
  const java = await javaMajor();
  if (java !== undefined && java >= 17) return 'java';
  if (await dockerRuns()) return 'docker';
  const found = java === undefined ? 'no Java' : `Java ${java}`;
  throw new SetupError(`DynamoDB Local needs Java 17 or newer, or a running Docker; found ${found} and no Docker daemon.
  Debian/Ubuntu: sudo apt-get install openjdk-17-jre-headless    macOS: brew install openjdk@17`);
}

/** The major version that `java -version` reports: `"17.0.15"` is 17, `"1.8.0_392"` is 8. */
export function parseJavaVersion(text: string): number | undefined {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

async function javaMajor(): Promise<number | undefined> {
  return run('java', ['-version']).then(
    ({ stderr, stdout }) => parseJavaVersion(stderr + stdout),
    () => undefined,
  );
}

async function dockerRuns(): Promise<boolean> {
  return run('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 5000 }).then(
    () => true,
    () => false,
  );
}
