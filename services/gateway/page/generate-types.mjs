import openapiTS, { astToString } from 'openapi-typescript';

/**
 * The types of the API, as src/api/schema.d.ts holds them, from the gateway's OpenAPI document.
 * @param {string} document JSON
 * @returns {Promise<string>}
 */
export async function generateTypes(document) {
  return astToString(await openapiTS(document));
}
