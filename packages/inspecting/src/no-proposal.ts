/** A file from which nothing can be proposed, because it is not clear what it holds. */
export class NoProposal extends Error {
  override readonly name = 'NoProposal';
}
