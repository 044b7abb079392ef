import release from '../package.json' with { type: 'json' };
import { openApiDocument } from '../shared/domain/contract/openapi.ts';

/** Prints the OpenAPI document, as `GET /v1/openapi.json` gives it. */
process.stdout.write(`${JSON.stringify(openApiDocument(release.version), null, 2)}\n`);
