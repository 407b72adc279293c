package io.tern.proto.p4;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.tern.proto.p4.config.v1.P4InfoProto;
import io.tern.proto.p4.config.v1.P4TypesProto;
import io.tern.proto.p4.v1.P4DataProto;
import io.tern.proto.p4.v1.P4RuntimeProto;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * The messages are the protocol's: names, numbers, types and methods agree with those of the
 * released package p4runtime 1.5.0, of which the resource is a list.
 */
class WireCompatibilityTest {

  /** In the protocol's sources, but not in a release yet. */
  private static final Set<String> NEWER =
      Set.of(
          "p4.config.v1.ActionRef.Scope#GROUP_ACTION 3",
          "p4.v1.ActionProfileActionSet.group_action 5 p4.v1.Action");

  @Test
  void namesNumbersAndTypesAreThoseOfTheReleasedProtocol() throws IOException {
    Set<String> released = new TreeSet<>();
    try (InputStream in = getClass().getResourceAsStream("/p4runtime-1.5.0-wire.txt")) {
      new String(in.readAllBytes(), UTF_8).lines().forEach(released::add);
    }
    Set<String> ours = new TreeSet<>();
    describe(P4RuntimeProto.getDescriptor(), ours);
    describe(P4DataProto.getDescriptor(), ours);
    describe(P4InfoProto.getDescriptor(), ours);
    describe(P4TypesProto.getDescriptor(), ours);

    assertThat(released).hasSizeGreaterThan(300);
    assertThat(ours).containsAll(released);
    ours.removeAll(released);
    assertThat(ours).as("newer than the release").isEqualTo(NEWER);
  }

  private static void describe(FileDescriptor file, Set<String> rows) {
    file.getMessageTypes().forEach(message -> describe(message, rows));
    file.getEnumTypes().forEach(type -> describe(type, rows));
    file.getServices()
        .forEach(
            service ->
                service
                    .getMethods()
                    .forEach(
                        method ->
                            rows.add(
                                "rpc "
                                    + method.getFullName()
                                    + " "
                                    + method.getInputType().getFullName()
                                    + " "
                                    + method.getOutputType().getFullName())));
  }

  private static void describe(Descriptor message, Set<String> rows) {
    for (FieldDescriptor field : message.getFields()) {
      rows.add(
          field.getFullName()
              + " "
              + field.getNumber()
              + " "
              + (field.isRepeated() ? "repeated " : "")
              + type(field));
    }
    message.getEnumTypes().forEach(type -> describe(type, rows));
    message.getNestedTypes().forEach(nested -> describe(nested, rows));
  }

  private static void describe(EnumDescriptor type, Set<String> rows) {
    type.getValues()
        .forEach(
            value ->
                rows.add(type.getFullName() + "#" + value.getName() + " " + value.getNumber()));
  }

  private static String type(FieldDescriptor field) {
    return switch (field.getJavaType()) {
      case MESSAGE -> field.getMessageType().getFullName();
      case ENUM -> field.getEnumType().getFullName();
      default -> field.getType().name().toLowerCase(Locale.ROOT);
    };
  }
}
