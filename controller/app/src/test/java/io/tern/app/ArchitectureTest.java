package io.tern.app;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Keeps the dependency arrows of docs/architecture.md, "Modules", one way. */
@AnalyzeClasses(packages = "io.tern", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule the_pure_core_knows_no_io_no_clock_no_grpc_and_no_protobuf =
      noClasses()
          .that()
          .resideInAnyPackage("io.tern.core..", "io.tern.cid..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.grpc..",
              "com.google.protobuf..",
              "io.netty..",
              "java.io..",
              "java.nio.file..",
              "java.nio.channels..",
              "java.sql..",
              "org.slf4j..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.util.concurrent.Executor.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Thread.class)
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(java.time.Instant.class, "now");

  @ArchTest
  static final ArchRule the_cid_codec_needs_the_jdk_only =
      classes()
          .that()
          .resideInAPackage("io.tern.cid..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tern.cid..", "java..", "javax.crypto..", "com.google.errorprone..");

  @ArchTest
  static final ArchRule the_core_builds_on_cid_and_contract_alone =
      classes()
          .that()
          .resideInAPackage("io.tern.core..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.tern.core..",
              "io.tern.cid..",
              "io.tern.p4.contract..",
              "java..",
              "com.google.errorprone..");

  @ArchTest
  static final ArchRule the_embedded_switch_knows_no_program_and_no_controller =
      noClasses()
          .that()
          .resideInAPackage("io.tern.embedded..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.tern.p4..",
              "io.tern.core..",
              "io.tern.cid..",
              "io.tern.southbound..",
              "io.tern.northbound..",
              "io.tern.store..",
              "io.tern.app..",
              "io.tern.proto.v1..");

  @ArchTest
  static final ArchRule southbound_and_northbound_do_not_know_each_other =
      noClasses()
          .that()
          .resideInAPackage("io.tern.southbound..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tern.northbound..", "io.tern.proto.v1..", "io.tern.store..");

  @ArchTest
  static final ArchRule northbound_does_not_speak_p4runtime =
      noClasses()
          .that()
          .resideInAPackage("io.tern.northbound..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tern.southbound..", "io.tern.proto.p4..");

  @ArchTest
  static final ArchRule a_quic_server_needs_no_controller =
      noClasses()
          .that()
          .resideInAPackage("io.tern.quicserver..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.tern.core..", "io.tern.store..", "io.tern.southbound..");

  @ArchTest
  static final ArchRule data_planes_do_not_look_at_the_time_of_day =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.tern.agent..", "io.tern.libbpf..", "io.tern.workers..", "io.tern.embedded..")
          .should()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.time.Clock.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.time.temporal.Temporal.class)
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(java.util.Date.class);

  @ArchTest
  static final ArchRule nothing_depends_on_the_app =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.tern.app..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.tern.app..");

  @ArchTest
  static final ArchRule packages_of_the_controller_have_no_cycles =
      slices().matching("io.tern.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule there_is_no_utility_drawer =
      noClasses()
          .should()
          .resideInAnyPackage("..util..", "..utils..", "..common..", "..helper..", "..helpers..")
          .orShould()
          .haveSimpleNameEndingWith("Utils")
          .orShould()
          .haveSimpleNameEndingWith("Helper");
}
