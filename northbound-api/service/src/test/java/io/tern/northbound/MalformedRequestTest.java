package io.tern.northbound;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status.Code;
import io.grpc.stub.ClientCalls;
import io.tern.proto.v1.ListPoolsRequest;
import io.tern.proto.v1.PoolServiceGrpc;
import io.tern.proto.v1.QuicServerServiceGrpc;
import io.tern.proto.v1.VipServiceGrpc;
import io.tern.store.InMemoryIntentStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Octets that are no protobuf message. */
class MalformedRequestTest {
  private static final byte[] CUT_SHORT = {0x12, 0x7f, 1, 2, 3};
  private static final byte[] NO_UTF8 = {0x1a, 2, (byte) 0xc3, 0x28};
  private static final byte[] NO_FIELD = {0, 0, 0};

  private final Logger logger = (Logger) LoggerFactory.getLogger("io.tern.northbound");
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private ApiFixture api;

  @BeforeEach
  void start() throws Exception {
    logged.start();
    logger.addAppender(logged);
    api = new ApiFixture(new InMemoryIntentStore());
    api.createPool("web");
  }

  @AfterEach
  void close() throws Exception {
    api.close();
    api.store.close();
    logger.detachAppender(logged);
  }

  @Test
  void theCallIsToldWhatIsWrongAndNothingChanges() {
    for (byte[] octets : List.of(CUT_SHORT, NO_UTF8, NO_FIELD)) {
      Refusal.of(
              () ->
                  ClientCalls.blockingUnaryCall(
                      api.channel,
                      octets(VipServiceGrpc.getCreateVipMethod()),
                      CallOptions.DEFAULT,
                      octets))
          .is(Code.INVALID_ARGUMENT)
          .because("REQUEST_MALFORMED")
          .saying("no request of tern.v1.VipService/CreateVip", "rotocol message");
    }
    assertThat(api.pools().listPools(ListPoolsRequest.getDefaultInstance()).getPoolsList())
        .hasSize(1);
    assertThat(logged.list).as("it is no incident").isEmpty();
  }

  @Test
  void aStreamIsToldToo() {
    for (var method :
        List.of(
            QuicServerServiceGrpc.getStreamQuicServerConfigMethod(),
            PoolServiceGrpc.getWatchPoolsMethod())) {
      Refusal.of(
              () ->
                  ClientCalls.blockingServerStreamingCall(
                          api.channel, octets(method), CallOptions.DEFAULT, CUT_SHORT)
                      .forEachRemaining(answer -> assertThat(answer).isNull()))
          .is(Code.INVALID_ARGUMENT)
          .because("REQUEST_MALFORMED");
    }
    assertThat(api.api.openStreams()).isZero();
  }

  /** A method as somebody sees it who has no messages. */
  private static MethodDescriptor<byte[], byte[]> octets(MethodDescriptor<?, ?> method) {
    return method.toBuilder(Octets.INSTANCE, Octets.INSTANCE).setSchemaDescriptor(null).build();
  }

  private enum Octets implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] octets) {
      return new ByteArrayInputStream(octets);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
