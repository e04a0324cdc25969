export * from './model.js';
export * from './csv-encodings.js';
export * from './decimal.js';
export * from './books.js';
export * from './run-report.js';
export * from './api.js';
