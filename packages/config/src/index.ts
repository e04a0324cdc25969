export * from './config.js';
export { SettingsReader } from './read-settings.js';
