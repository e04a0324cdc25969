import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Gathers the OpenAPI document from the routes' schemas. Call it before any route is registered. */
export async function gatherApiDocument(app: FastifyInstance, basePath: string): Promise<void> {
  await app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Retail sales ETL',
        version: '1.0.0',
        description:
          'Runs, schedules and results. Programs send `Authorization: Bearer <API_TOKEN>`; people have a session. Every error is an application/problem+json with a code, a message and a remedy.',
      },
      tags: [
        { name: 'runs', description: 'Start, watch and look at runs' },
        { name: 'results', description: 'What is published, and what it was made from' },
        { name: 'schedules', description: 'Runs by cron' },
        { name: 'operations', description: 'Alerts, audit and metrics' },
      ],
      ...(basePath === '/' ? {} : { servers: [{ url: basePath.slice(0, -1) }] }),
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  });
}

/** The document, with every schema that has a `title` as a named component, so that generated types have names. */
export function apiDocument(app: FastifyInstance): Json {
  const document = JSON.parse(JSON.stringify(app.swagger())) as { components?: { schemas?: Record<string, Json> }; paths: Json };
  const schemas: Record<string, Json> = {};
  const hoist = (node: Json): Json => {
    if (Array.isArray(node)) return node.map(hoist);
    if (node === null || typeof node !== 'object') return node;
    const walked = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, hoist(value)]));
    const { title } = walked;
    if (typeof title !== 'string' || !/^[A-Z]\w+$/.test(title) || walked['type'] === undefined) return walked;
    schemas[title] = walked;
    return { $ref: `#/components/schemas/${title}` };
  };
  document.paths = hoist(document.paths);
  document.components = { ...document.components, schemas };
  return document;
}
