export * from './crash-points.js';
export * from './time-scale.js';
