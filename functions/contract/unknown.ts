import { Refusal } from '../../shared/kit/refusal.ts';
import { routes } from '../../shared/wiring/routes.ts';
import type { ApiEvent } from '../edge/request.ts';

const shapes = Object.values(routes).map(({ method, path }) => ({
  method,
  pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** What no route takes: 405 with the methods that the path has, or 404. The route list alone knows. */
export function refuseUnknown(event: ApiEvent): never {
  const allowed = shapes.filter(({ pattern }) => pattern.test(event.rawPath)).map(({ method }) => method);
  if (allowed.length === 0) throw new Refusal(404, 'route_not_found', 'There is no such route.');
  throw new Refusal(405, 'method_not_allowed', `This path takes ${allowed.join(', ')}.`, { extra: { allow: allowed } });
}
