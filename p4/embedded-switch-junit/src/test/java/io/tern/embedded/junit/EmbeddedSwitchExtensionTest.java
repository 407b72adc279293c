package io.tern.embedded.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.tern.embedded.EmbeddedSwitch;
import io.tern.embedded.engine.DataPlane;
import io.tern.embedded.p4runtime.DataPlaneLoader;
import io.tern.proto.p4.config.v1.P4Info;
import io.tern.proto.p4.v1.CapabilitiesRequest;
import io.tern.proto.p4.v1.ForwardingPipelineConfig;
import io.tern.proto.p4.v1.GetForwardingPipelineConfigRequest;
import io.tern.proto.p4.v1.P4RuntimeGrpc;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.mockito.Mockito;

class EmbeddedSwitchExtensionTest {

  /** A program without tables. */
  private static final ForwardingPipelineConfig PIPELINE =
      ForwardingPipelineConfig.newBuilder()
          .setP4Info(P4Info.getDefaultInstance())
          .setP4DeviceConfig(
              com.google.protobuf.ByteString.copyFromUtf8(
                  "{\"actions\": [], \"counter_arrays\": [], \"pipelines\": []}"))
          .build();

  /** Data planes that send every frame to port 2. */
  private static final DataPlaneLoader TO_PORT_2 =
      json -> {
        DataPlane dataPlane = Mockito.mock(DataPlane.class);
        Mockito.doAnswer(
                call -> {
                  DataPlane.PacketOut out = call.getArgument(4);
                  out.emit(2, call.getArgument(1), call.getArgument(2), call.getArgument(3));
                  return null;
                })
            .when(dataPlane)
            .process(
                Mockito.anyInt(), Mockito.any(), Mockito.anyInt(), Mockito.anyInt(), Mockito.any());
        return dataPlane;
      };

  private static EmbeddedSwitchExtension.Builder builder() {
    return EmbeddedSwitchExtension.builder()
        .deviceId(4)
        .ports(1, 2)
        .pipeline(PIPELINE)
        .dataPlaneLoader(TO_PORT_2);
  }

  @Nested
  class InAnInstanceField {
    @RegisterExtension final EmbeddedSwitchExtension p4 = builder().grpc().build();

    @Test
    void framesPassThroughTheSwitch() throws Exception {
      p4.port(1).inject(new byte[] {1, 2, 3});
      p4.embeddedSwitch().awaitForwarded();

      assertThat(p4.port(2).poll(Duration.ZERO)).containsExactly(1, 2, 3);
    }

    @Test
    void everyTestHasAFreshSwitch() {
      assertThat(p4.embeddedSwitch().statistics().ports().get(1).receivedFrames()).isZero();
    }

    @Test
    void parametersAreSupplied(
        EmbeddedSwitch sw, ManagedChannel channel, P4RuntimeGrpc.P4RuntimeBlockingStub stub) {
      assertThat(sw).isSameAs(p4.embeddedSwitch());
      assertThat(channel).isSameAs(p4.channel());
      assertThat(sw.grpcAddress()).isPresent();
      assertThat(
              stub.getForwardingPipelineConfig(
                      GetForwardingPipelineConfigRequest.newBuilder().setDeviceId(4).build())
                  .getConfig())
          .isEqualTo(PIPELINE);
    }

    @Test
    void portThatIsNotThereIsNamed() {
      assertThatThrownBy(() -> p4.port(7)).hasMessage("the switch has no port 7, it has [1, 2]");
    }
  }

  @Nested
  class InAStaticField {
    @RegisterExtension static final EmbeddedSwitchExtension P4 = builder().build();

    private static EmbeddedSwitch first;

    @BeforeAll
    static void switchRunsAlready(P4RuntimeGrpc.P4RuntimeBlockingStub stub) {
      first = P4.embeddedSwitch();
      assertThat(stub.capabilities(CapabilitiesRequest.getDefaultInstance())).isNotNull();
    }

    @Test
    void oneTestSeesTheSwitch() {
      assertThat(P4.embeddedSwitch()).isSameAs(first);
    }

    @Test
    void anotherTestSeesTheSameSwitch() {
      assertThat(P4.embeddedSwitch()).isSameAs(first);
    }

    @AfterAll
    static void switchRunsStill() {
      assertThat(P4.embeddedSwitch()).isSameAs(first);
    }
  }

  @Test
  void outsideOfTestsThereIsNoSwitch() {
    assertThatThrownBy(() -> builder().build().embeddedSwitch())
        .isInstanceOf(IllegalStateException.class);
  }
}
