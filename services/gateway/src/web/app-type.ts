import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';

/** The application as a plugin gets it: requests and answers are typed by the schemas of their routes. */
export type App = Parameters<FastifyPluginAsyncTypebox>[0];
