package io.tern.app.demo;

import io.tern.proto.v1.CidAlgorithm;

/** A CID algorithm, and the lengths that the demo uses with it. */
enum DemoAlgorithm {
  PLAINTEXT("plaintext", CidAlgorithm.CID_ALGORITHM_PLAINTEXT, 2, 6),
  /** Server ID and nonce fill one AES block. */
  SINGLE_PASS("single-pass", CidAlgorithm.CID_ALGORITHM_SINGLE_PASS, 2, 14),
  /** An odd sum of lengths: the halves share an octet. */
  FOUR_PASS("four-pass", CidAlgorithm.CID_ALGORITHM_FOUR_PASS, 3, 8);

  private final String label;
  private final CidAlgorithm inApi;
  private final int serverIdLength;
  private final int nonceLength;

  DemoAlgorithm(String label, CidAlgorithm inApi, int serverIdLength, int nonceLength) {
    this.label = label;
    this.inApi = inApi;
    this.serverIdLength = serverIdLength;
    this.nonceLength = nonceLength;
  }

  CidAlgorithm inApi() {
    return inApi;
  }

  /** Octets. */
  int serverIdLength() {
    return serverIdLength;
  }

  /** Octets. */
  int nonceLength() {
    return nonceLength;
  }

  boolean encrypts() {
    return this != PLAINTEXT;
  }

  /** The name on the command line and in the report. */
  @Override
  public String toString() {
    return label;
  }
}
