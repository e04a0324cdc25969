export { addSource } from './add-source.js';
export { NoProposal } from './no-proposal.js';
export { countOutcomes, type OutcomeCounts } from './outcome-counts.js';
export { proposeSource } from './propose.js';
export type { Answers, Decision, Proposal } from './proposed-source.js';
export { type FileTrial, type TriedRow, type TryOptions, trySource } from './try-source.js';
