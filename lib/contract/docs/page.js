// The viewer takes over the page; it talks to the platform that served it, and to nobody else.
const shownKey = '3f0c6d0e-7a43-4f4c-8f39-5a3a0f4a7d11';

window.SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#reference',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  // A try with the key of the example would be given the answer of the try before.
  requestInterceptor: (request) => {
    if (request.headers['Idempotency-Key'] === shownKey) request.headers['Idempotency-Key'] = crypto.randomUUID();
    return request;
  },
});
