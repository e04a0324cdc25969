export { moveToEndOf } from './append-file.js';
export { type CheckedFile, CheckedFileWriter, describeFile, verifiedPath } from './checked-file.js';
export { copyToDisk, moveIntoPlace, removeTemporaryFiles, replaceByCopy } from './durable-files.js';
export { exists, listFolders, listNames, makeFolders, removeFolder } from './folders.js';
export { inBatches, READS_MAX } from './in-batches.js';
export { type FileIdentity, type InputFile, listInputFiles, OpenInputFile } from './input-files.js';
export { publishJson, readJson, replaceJson } from './json-file.js';
export { readLines } from './read-lines.js';
export { removeFiles } from './remove-files.js';
