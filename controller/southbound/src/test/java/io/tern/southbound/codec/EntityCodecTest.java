package io.tern.southbound.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.tern.core.entry.Bits;
import io.tern.core.entry.CloneSession;
import io.tern.core.entry.MulticastGroup;
import io.tern.core.entry.TableEntry;
import io.tern.proto.p4.v1.BackupReplica;
import io.tern.proto.p4.v1.FieldMatch;
import io.tern.proto.p4.v1.MulticastGroupEntry;
import io.tern.proto.p4.v1.Replica;
import io.tern.proto.p4.v1.TableAction;
import io.tern.southbound.codec.EntityCodec.ForeignEntityException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Positive;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EntityCodecTest {
  private static final TableEntry ENTRY =
      new TableEntry(
          new TableEntry.Key(11, List.of(Bits.of(0x0102), Bits.of(0))),
          new TableEntry.Action(21, List.of(Bits.of(0xff))));

  private static io.tern.proto.p4.v1.TableEntry.Builder proto() {
    return EntityCodec.toEntity(ENTRY).getTableEntry().toBuilder();
  }

  private static ByteString octets(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  @Property
  void entryComesBackAsItWentOut(
      @ForAll @Positive int table,
      @ForAll @Size(max = 4) List<byte[]> match,
      @ForAll @Positive int action,
      @ForAll @Size(max = 4) List<byte[]> params)
      throws ForeignEntityException {
    TableEntry entry =
        new TableEntry(
            new TableEntry.Key(table, match.stream().map(Bits::of).toList()),
            new TableEntry.Action(action, params.stream().map(Bits::of).toList()));

    assertThat(EntityCodec.toEntry(EntityCodec.toEntity(entry).getTableEntry())).isEqualTo(entry);
  }

  @Property
  void groupComesBackAsItWentOut(
      @ForAll @IntRange(min = 1, max = 65535) int id,
      @ForAll Set<@IntRange(min = 1, max = 510) Integer> ports)
      throws ForeignEntityException {
    MulticastGroup group = MulticastGroup.ofPorts(id, ports);

    assertThat(
            EntityCodec.toGroup(
                EntityCodec.toEntity(group)
                    .getPacketReplicationEngineEntry()
                    .getMulticastGroupEntry()))
        .isEqualTo(group);
  }

  @Test
  void valuesAreInShortestForm() {
    assertThat(proto().getMatch(0).getExact().getValue()).isEqualTo(octets(1, 2));
    assertThat(proto().getMatch(1).getExact().getValue()).isEqualTo(octets(0));
    assertThat(proto().getAction().getAction().getParams(0).getValue()).isEqualTo(octets(0xff));
  }

  @Test
  void valuesOfAnyLengthAndFieldsInAnyOrderAreTaken() throws ForeignEntityException {
    io.tern.proto.p4.v1.TableEntry.Builder padded = proto();
    FieldMatch first =
        padded.getMatch(0).toBuilder()
            .setExact(FieldMatch.Exact.newBuilder().setValue(octets(0, 0, 1, 2)))
            .build();
    padded.setMatch(0, padded.getMatch(1)).setMatch(1, first);

    assertThat(EntityCodec.toEntry(padded.build())).isEqualTo(ENTRY);
  }

  @Test
  void entryWithPriorityIsForeign() {
    assertThatThrownBy(() -> EntityCodec.toEntry(proto().setPriority(3).build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("it has priority 3, though its table matches exactly");
  }

  @Test
  void entryOfAnotherMatchKindIsForeign() {
    io.tern.proto.p4.v1.TableEntry.Builder entry = proto();
    entry.setMatch(
        1,
        FieldMatch.newBuilder().setFieldId(2).setLpm(FieldMatch.LPM.newBuilder().setPrefixLen(8)));

    assertThatThrownBy(() -> EntityCodec.toEntry(entry.build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("match field 2 is LPM, though its table matches exactly");
  }

  @Test
  void entryWithAGapInItsFieldsIsForeign() {
    io.tern.proto.p4.v1.TableEntry.Builder entry = proto().removeMatch(0);

    assertThatThrownBy(() -> EntityCodec.toEntry(entry.build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("its match fields have the IDs [2]");
  }

  @Test
  void entryThatPointsToAnActionProfileIsForeign() {
    io.tern.proto.p4.v1.TableEntry.Builder entry =
        proto().setAction(TableAction.newBuilder().setActionProfileMemberId(1));

    assertThatThrownBy(() -> EntityCodec.toEntry(entry.build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("its action is ACTION_PROFILE_MEMBER_ID, though its table takes plain actions");
  }

  @Test
  void portsOfReplicasAreTakenInBothForms() throws ForeignEntityException {
    MulticastGroupEntry.Builder group =
        EntityCodec.toEntity(MulticastGroup.ofPorts(1, Set.of(2)))
            .getPacketReplicationEngineEntry()
            .getMulticastGroupEntry()
            .toBuilder()
            .addReplicas(Replica.newBuilder().setPort(octets(1, 4)).setInstance(9));

    assertThat(EntityCodec.toGroup(group.build()).ports()).containsExactly(2, 0x104);
  }

  @Test
  void groupsAndCloneSessionsKeepTheInstancesOfTheirReplicas() throws ForeignEntityException {
    TreeSet<io.tern.core.entry.Replica> replicas =
        new TreeSet<>(
            Set.of(
                new io.tern.core.entry.Replica(4, 2),
                new io.tern.core.entry.Replica(4, 65_535),
                new io.tern.core.entry.Replica(5, 0)));
    MulticastGroup group = new MulticastGroup(32_767, replicas);
    CloneSession session = new CloneSession(1, replicas, 128);

    assertThat(
            EntityCodec.toGroup(
                EntityCodec.toEntity(group)
                    .getPacketReplicationEngineEntry()
                    .getMulticastGroupEntry()))
        .isEqualTo(group);
    assertThat(
            EntityCodec.toCloneSession(
                EntityCodec.toEntity(session)
                    .getPacketReplicationEngineEntry()
                    .getCloneSessionEntry()))
        .isEqualTo(session);
    assertThat(EntityCodec.identityOf(EntityCodec.toEntity(session)))
        .isEqualTo(EntityCodec.toCloneSessionEntity(1));
  }

  @Test
  void groupWithTheSameReplicaTwiceIsForeign() {
    Replica.Builder replica = Replica.newBuilder().setPort(octets(4));

    assertThatThrownBy(
            () ->
                EntityCodec.toGroup(
                    MulticastGroupEntry.newBuilder()
                        .addReplicas(replica.setInstance(1))
                        .addReplicas(replica.setInstance(1))
                        .build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("port 4 has more than one replica of instance 1");
  }

  @Test
  void groupWithBackupReplicasIsForeign() {
    assertThatThrownBy(
            () ->
                EntityCodec.toGroup(
                    MulticastGroupEntry.newBuilder()
                        .addReplicas(
                            Replica.newBuilder()
                                .addBackupReplicas(BackupReplica.getDefaultInstance()))
                        .build()))
        .isInstanceOf(ForeignEntityException.class)
        .hasMessage("a replica has backup replicas");
  }

  @Test
  void identityHasNoValues() {
    assertThat(EntityCodec.identityOf(EntityCodec.toEntity(ENTRY)))
        .isEqualTo(EntityCodec.toEntity(ENTRY.key()));
    assertThat(EntityCodec.identityOf(EntityCodec.toEntity(MulticastGroup.ofPorts(3, Set.of(2)))))
        .isEqualTo(EntityCodec.toGroupEntity(3));
  }
}
