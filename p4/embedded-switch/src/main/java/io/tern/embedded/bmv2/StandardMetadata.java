package io.tern.embedded.bmv2;

import java.util.Optional;

/** The fields through which program and switch speak; optional ones a program may leave out. */
public record StandardMetadata(
    FieldRef ingressPort,
    FieldRef egressSpec,
    FieldRef egressPort,
    FieldRef packetLength,
    FieldRef instanceType,
    Optional<FieldRef> parserError,
    Optional<FieldRef> checksumError,
    Optional<FieldRef> multicastGroup,
    Optional<FieldRef> replicaId,
    Optional<FieldRef> ingressTimestamp,
    Optional<FieldRef> egressTimestamp,
    Optional<FieldRef> enqueueTimestamp) {}
