package io.tern.p4.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractGeneratorTest {
  private static final String CLASS = "org.example.Sample";

  @TempDir private Path directory;

  @Test
  void whatItWritesCompilesAndHasTheNumbersOfTheP4Info() throws Exception {
    generate(SampleP4Info.TEXT);

    try (URLClassLoader loader = compile()) {
      assertThat(constant(loader, "Sample$Tables$VipV4", "ID")).isEqualTo(0x02000001);
      assertThat(constant(loader, "Sample$Tables$VipV4", "NAME")).isEqualTo("Ingress.vip.vip_v4");
      assertThat(constant(loader, "Sample$Tables$VipV4", "SIZE")).isEqualTo(1024);
      assertThat(constant(loader, "Sample$Tables$VipV4", "DIRECT_COUNTER_ID"))
          .isEqualTo(0x13000001);
      assertThat(constant(loader, "Sample$Tables$VipV4", "MATCH_DST_PORT")).isEqualTo(2);
      assertThat(constant(loader, "Sample$Tables$VipV4", "MATCH_DST_PORT_WIDTH")).isEqualTo(16);
      assertThat(constant(loader, "Sample$Tables", "IDS")).isEqualTo(List.of(0x02000001));
      assertThat(constant(loader, "Sample$Actions$SetPool", "PARAM_POOL_ID")).isEqualTo(1);
      assertThat(constant(loader, "Sample$Actions$SetPool", "PARAM_POOL_ID_WIDTH")).isEqualTo(16);
      assertThat(constant(loader, "Sample$Counters$Reason", "SIZE")).isEqualTo(2);
      assertThat(constant(loader, "Sample$ControllerHeaders$PacketOut", "METADATA_EGRESS_PORT"))
          .isEqualTo(1);
    }
  }

  @Test
  void cellsOfACounterBecomeAnEnum() throws Exception {
    generate(SampleP4Info.TEXT);

    try (URLClassLoader loader = compile()) {
      Class<?> reason = loader.loadClass("org.example.Reason");
      Object malformed = reason.getMethod("ofIndex", int.class).invoke(null, 1);
      assertThat(malformed).hasToString("MALFORMED");
      assertThat(reason.getMethod("index").invoke(malformed)).isEqualTo(1);
      assertThat(reason.getMethod("label").invoke(malformed)).isEqualTo("malformed");
      assertThat(reason.getMethod("description").invoke(malformed)).isEqualTo("lengths that lie");
    }
  }

  @Test
  void textOfTheP4InfoCannotBreakTheSource() throws Exception {
    generate(
        SampleP4Info.TEXT.replace(
            "\"lengths that lie\"", "'*/ \"quoted\" \\\\u000a @see <b> & caf\\303\\251'"));

    try (URLClassLoader loader = compile()) {
      Class<?> reason = loader.loadClass("org.example.Reason");
      Object malformed = reason.getMethod("ofIndex", int.class).invoke(null, 1);
      assertThat(reason.getMethod("description").invoke(malformed))
          .isEqualTo("*/ \"quoted\" \\u000a @see <b> & caf\u00e9");
    }
  }

  @Test
  void theSameP4InfoGivesTheSameOctetsAndTouchesNoFileTwice() throws Exception {
    generate(SampleP4Info.TEXT);
    Path source = directory.resolve("org/example/Sample.java");
    String first = Files.readString(source);
    FileTime longAgo = FileTime.from(Instant.EPOCH);
    Files.setLastModifiedTime(source, longAgo);

    generate(SampleP4Info.TEXT);

    assertThat(Files.readString(source)).isEqualTo(first);
    assertThat(Files.getLastModifiedTime(source)).isEqualTo(longAgo);
  }

  @Test
  void refusesNamesOfWhichNoJavaNameCanBeMade() {
    refuses(
        SampleP4Info.TEXT.replace("alias: \"vip_v4\"", "alias: \"vip.v4\""),
        "table is named 'vip.v4', of which no Java name can be made");
    refuses(
        SampleP4Info.TEXT.replace("alias: \"set_pool\"", "alias: \"4set_pool\""),
        "action is named '4set_pool'");
    refuses(
        SampleP4Info.TEXT.replace("name: \"dst_addr\"", "name: \"hdr.ipv4.dst_addr\""),
        "a field of Ingress.vip.vip_v4 is named 'hdr.ipv4.dst_addr'");
    refuses(
        SampleP4Info.TEXT.replace("\"not_vip\"", "\"not a vip\""),
        "a cell of counter reason is named 'not a vip'");
  }

  @Test
  void refusesNamesThatBecomeOneJavaName() {
    refuses(
        SampleP4Info.TEXT.replace(
            "actions { preamble { id: 21257015 name: \"NoAction\" alias: \"NoAction\" } }",
            "actions { preamble { id: 16777299 name: \"Ingress.setPool\" alias: \"setPool\" } }"),
        "actions: 'Ingress.setPool' and 'Ingress.vip.set_pool' both become SetPool");
    refuses(
        SampleP4Info.TEXT.replace("\"malformed\"", "\"Not_vip\""),
        "'not_vip' and 'Not_vip' both become NOT_VIP");
    refuses(
        SampleP4Info.TEXT.replace("name: \"dst_port\"", "name: \"dst_addr_width\""),
        "'dst_addr' and 'dst_addr_width' both become MATCH_DST_ADDR_WIDTH");
    refuses(
        SampleP4Info.TEXT.replace("alias: \"reason\"", "alias: \"sample\""),
        "counter sample becomes the class Sample, which there is already");
  }

  @Test
  void namesTheFileThatItCannotUse() throws Exception {
    Path p4Info = Files.writeString(directory.resolve("bad.txtpb"), "nonsense");

    assertThatExceptionOfType(ContractException.class)
        .isThrownBy(() -> ContractGenerator.generate(p4Info, directory, CLASS))
        .withMessageContaining("bad.txtpb: this is no P4Info in text format");
    assertThatExceptionOfType(ContractException.class)
        .isThrownBy(
            () -> ContractGenerator.generate(directory.resolve("none.txtpb"), directory, CLASS))
        .withMessageContaining("there is no P4Info file")
        .withMessageContaining("none.txtpb");
  }

  @Test
  void refusesClassNamesThatAreNone() throws Exception {
    Path p4Info = Files.writeString(directory.resolve("sample.txtpb"), SampleP4Info.TEXT);

    for (String name : List.of("Sample", "org.example.", "org.class.Sample", "../Sample")) {
      assertThatExceptionOfType(ContractException.class)
          .isThrownBy(() -> ContractGenerator.generate(p4Info, directory, name))
          .withMessageContaining("'" + name + "'");
    }
  }

  @Test
  void saysHowItIsUsed() {
    assertThatExceptionOfType(ContractException.class)
        .isThrownBy(() -> ContractGenerator.main(new String[] {"one"}))
        .withMessageContaining("usage: ContractGenerator P4INFO DIRECTORY QUALIFIED_CLASS_NAME");
  }

  private void generate(String p4Info) throws Exception {
    Path file = Files.writeString(directory.resolve("sample.txtpb"), p4Info);
    ContractGenerator.main(new String[] {file.toString(), directory.toString(), CLASS});
  }

  private void refuses(String p4Info, String message) {
    assertThat(p4Info).isNotEqualTo(SampleP4Info.TEXT);
    assertThatExceptionOfType(ContractException.class)
        .isThrownBy(() -> generate(p4Info))
        .withMessageContaining(message);
    assertThat(directory.resolve("org")).doesNotExist();
  }

  private URLClassLoader compile() throws Exception {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    int status =
        compiler.run(
            null,
            null,
            null,
            "-encoding",
            "UTF-8",
            "-Xlint:all",
            "-Werror",
            "-d",
            directory.toString(),
            directory.resolve("org/example/Sample.java").toString(),
            directory.resolve("org/example/Reason.java").toString());
    assertThat(status).isZero();
    return new URLClassLoader(new URL[] {directory.toUri().toURL()}, null);
  }

  private static Object constant(ClassLoader loader, String type, String name) throws Exception {
    return loader.loadClass("org.example." + type).getField(name).get(null);
  }
}
