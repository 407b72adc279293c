package io.tern.embedded.p4runtime;

/**
 * What a device has done since it started.
 *
 * @param updatesApplied updates of writes that changed something
 * @param updatesRefused updates that were answered with an error
 * @param pipelinesCommitted pipelines that were put into forwarding
 * @param packetIns packets handed to primaries, counted once per receiver
 * @param packetInsDropped packets for the CPU port that no primary took: there is none, or it is
 *     slow
 * @param packetOuts packets that controllers sent into the data plane
 * @param packetOutsRefused packets that were answered with a stream error
 * @param withoutPipeline frames that came before there was a pipeline
 */
public record DeviceStatistics(
    long updatesApplied,
    long updatesRefused,
    long pipelinesCommitted,
    long packetIns,
    long packetInsDropped,
    long packetOuts,
    long packetOutsRefused,
    long withoutPipeline) {}
