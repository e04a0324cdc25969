export * from './config.js';
export { SettingsReader } from './read-settings.js';
export { OWN_SEGMENTS } from './base-path.js';
export { childEnvironment, dropDriverVariables, settingNames } from './foreign-variables.js';
