package io.tern.embedded;

/**
 * What a port has carried since it was added.
 *
 * @param receivedFrames into the switch
 * @param transmittedFrames out of the switch, as far as the switch knows: the far side may lose
 *     them
 * @param droppedFrames received while the queue of the forwarding thread was full
 */
public record PortStatistics(
    long receivedFrames,
    long receivedOctets,
    long transmittedFrames,
    long transmittedOctets,
    long droppedFrames) {}
